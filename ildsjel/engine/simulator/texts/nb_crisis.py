"""A water crisis in Bokmål: before it is known, while water must be boiled, and afterwards."""

BEFORE = (
    "Er det bare meg, eller lukter vannet i {area} rart i dag?",
    "Vannet i springen er grumsete. Noen andre i {street}?",
    "Hele familien er dårlig i magen. Noe med vannet?",
    "@{handle} er det trygt å drikke vannet i dag? Det smaker jord.",
    "Kaffen smaker mugg i dag. Skylder på vannet, ikke trakteren.",
    "Tre i klassen på {school} kastet opp i går. Det går rykter om vannet.",
    "Vannet er brunt i {street}! Hva skjer?",
    "Ringte vakttelefonen om vannet, får ikke svar.",
)

DURING = (
    "Gjelder kokevarselet {area} også?",
    "Må vi koke vannet til oppvasken?",
    "Kan jeg dusje? Har [åpent sår|nyfødt baby] hjemme.",
    "Hvor lenge må vannet koke?",
    "Hvor kan vi hente rent vann? Har ikke bil.",
    "Butikken i {area} er utsolgt for vann på flaske.",
    "Hvorfor får vi SMS først nå? Jeg leste det i avisa for to timer siden!",
    "Jeg har ikke fått noen SMS. Hvordan melder jeg meg på?",
    "Hva er funnet i vannet? Si det som det er.",
    "Barna har drukket vann hele dagen i barnehagen. Hva skal vi se etter?",
    "Er det trygt for gravide?",
    "Kan hunden drikke vannet?",
    "Har {school} fått vann på flasker?",
    "Er beboerne på {care} varslet? Mamma drikker fra springen.",
    "Kan man pusse tenner i vannet?",
    "Jeg har 40 liter på kanner og hjelper gjerne naboer i {street}. Si fra!",
    "Heia @{handle}, bra at dere svarer folk én og én midt oppi dette.",
    "Dette har dere visst i ukevis. Skandale.",
    "Naboen sier det er noen som har forgiftet vannet?? Stemmer det?",
    "Vi som har egen brønn i {area}, må vi koke?",
    "Hvordan renser jeg isbitmaskinen på kafeen?",
    "Hvem betaler for vannet vi må kjøpe?",
    "Kan dere legge ut kart over hvilke gater som er berørt?",
    "Har noen blitt syke? Legevakta sier de har mange.",
    "Tankbilen på kaia er tom. Når kommer det mer?",
    "kø i {n} timer for en kanne vann. i 2020-årene. i norge.",
    "Kan vannkoker brukes, eller må det fosskoke i kjele?",
    "Når får vi svar på prøvene?",
    "Kan jeg gi babyen morsmelkerstatning laget på kokt vann?",
    "Informasjonen ligger bare på norsk. Kollegaene mine fra Polen og Eritrea skjønner ingenting.",
    "Takk til Røde Kors som kjørte vann til de eldre i {street} ❤️",
    "Er det mulig å få svar på telefon? Mor på 87 er ikke på nett.",
    "Restauranten vår er full av gjester. Hva kan vi servere?",
    "Er kokevarselet opphevet eller ikke? Folk sier forskjellige ting.",
    "Går det an å vaske klær på 40 grader?",
    "Hvorfor er ikke klortabletter delt ut?",
    "Nettsiden deres er nede. Akkurat nå. Bravo.",
    "Jeg jobber i {kindergarten} og vi har fått null beskjed.",
    "Del denne: kok drikkevannet i Tindevåg! #kokevarsel #tindevåg",
    "Fugleskitt i høydebassenget, hører jeg. Er det riktig?",
    "Hvor sender vi kravet om erstatning?",
    "Rolig nå, folkens. Kok vannet og hør på kommunen. #kokevarsel",
)

AFTER = (
    "Er det helt trygt nå? Må vi la vannet renne først?",
    "Bra håndtert til slutt, men varslingen var for treg.",
    "Takk til alle på vannverket som har jobbet døgnet rundt 💙",
    "Når kommer rapporten om hva som gikk galt?",
    "Tør fortsatt ikke drikke fra springen. Hvor ofte tar dere prøver?",
    "Får vi slippe vannavgift for denne uka?",
    "Vannet smaker klor nå, er det normalt?",
    "Håper dere lærer av dette. Vi på {care} fikk vite det av en pårørende.",
)

STATEMENTS = (  # hours after the beginning, and what we say then
    (
        1.6,
        "Kokevarsel for Lomdalen, Kvernvika og sentrum: Kok alt vann du skal drikke eller lage mat "
        "med. La det fosskoke. Vi har fått meldinger om grumsete vann og undersøker saken. Ny "
        "melding "
        "innen to timer. #kokevarsel",
    ),
    (
        3.2,
        "Vi har funnet tegn til tarmbakterier i én prøve fra Lomvatnet. Kokevarselet gjelder nå "
        "alle som får vann fra kommunen. Du kan dusje og vaske klær som vanlig. #kokevarsel",
    ),
    (
        5.0,
        "Rent vann hentes ved Naustet på kaia og ved Lomdal skole til klokka 22. Ta med egne "
        "kanner. Kan du ikke hente selv, ring servicetorget, så kjører vi. #kokevarsel",
    ),
    (
        7.5,
        "Vi vet at mange fikk SMS-en sent. Det beklager vi. Alle adresser er nå varslet, og "
        "sykehjem, skoler og barnehager har fått vann på flasker. #kokevarsel",
    ),
    (
        11.5,
        "Feilen ser ut til å være en sprekk i et høydebasseng på Haugåsen. Bassenget er koblet "
        "ut. Fortsett å koke vannet til vi sier fra. Neste melding i morgen klokka 8. #kokevarsel",
    ),
    (
        25.0,
        "Nye prøver er tatt, og svarene kommer i morgen. Fortsett å koke vannet. Spørsmål og svar "
        "ligger på nettsiden, nå også på engelsk, polsk og ukrainsk. #kokevarsel",
    ),
    (
        52.0,
        "Kokevarselet er opphevet. To prøver på rad er rene. La kaldtvannet renne i fem minutter "
        "før du drikker. Takk for tålmodigheten. Vi legger fram en rapport om det som skjedde.",
    ),
)

ANSWERS = (
    "Gravide og ammende kan drikke kokt vann som alle andre. Det er helt trygt.",
    "Isbitmaskinen slår du av til varselet er over. Kast isen som ligger der.",
    "Kafeer og restauranter kan servere mat laget med kokt vann. Mattilsynet har egne råd.",
    "Krav om erstatning sender du på e-post når dette er over. Ta vare på kvitteringene.",
    "Tankbilen er fylt og tilbake på kaia innen en halvtime.",
    "Klær kan du vaske som vanlig.",
    "Informasjonen kommer på engelsk, polsk og ukrainsk i løpet av dagen.",
    "Bruk kokt og avkjølt vann når du skal pusse tenner.",
    "Kokevarselet gjelder hele {area}, ja. Kok alt du skal drikke eller lage mat med.",
    "Når det har fosskokt, er det trygt. Vannkoker er fint, bare den koker opp helt.",
    "Du kan dusje som vanlig, men unngå å svelge vannet. Bad små barn i kokt og avkjølt vann.",
    "Rent vann hentes på kaia ved Naustet. Kan du ikke hente selv, så ring servicetorget og vi "
    "kommer med det.",
    "Vi skulle ha varslet tidligere, det har du rett i. Nå er alle adresser varslet. Sjekk at "
    "nummeret ditt står riktig på varslingssiden.",
    "Vi fant tarmbakterier i én prøve. Flere prøver er til analyse, og vi legger ut svaret så "
    "snart "
    "vi har det.",
    "Ved diaré, oppkast eller feber hos små barn: ring legevakta. De er forberedt.",
    "Dyr bør også få kokt vann. God tur til pelsdotten 🐕",
    "Alle skoler, barnehager og sykehjem har fått vann på flasker i dag.",
    "Det er ikke noe som tyder på at noen har gjort dette med vilje. Vi undersøker et "
    "høydebasseng.",
    "Egen brønn er ikke berørt. Da trenger du ikke koke.",
    "Nettsiden er oppe igjen. Vi legger de viktigste rådene her også: kok vannet, og følg med.",
    "Takk for at du hjelper naboene! Det setter vi stor pris på.",
    "Oppvaskmaskin på minst 60 grader er greit. Vasker du for hånd, bruk kokt vann.",
)
