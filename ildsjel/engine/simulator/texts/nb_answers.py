"""What we write in Bokmål: answers by topic, everyday posts, and the campaign's own posts."""

ANSWERS = {
    "snow": (
        "Ved ambulanse brøyter vi foran. Ring 113, så ordner de det med vakta vår.",
        "Gang- og sykkelveien brøytes også i helgene, men etter bilveiene. Vi ser på rekkefølgen.",
        "Lenken til kartet er rettet nå. Takk for tipset!",
        "Takk for at du sier fra! Brøytebilen er i {area} nå og kommer til {street} i løpet av "
        "formiddagen.",
        "{street} er på runde to i dag. Har det ikke kommet noen innen klokka 14, så si fra her.",
        "Så bra at det ble lagt merke til! Vi hilser til sjåføren 😊",
        "Vakta er på vei med strøsand nå. Takk for meldingen.",
        "Strøsand henter du gratis på driftsstasjonen i Teglverksveien, også i helgene.",
        "Beklager! Skader etter brøyting retter vi til våren, men postkasser ordner vi med en "
        "gang. "
        "Send gjerne et bilde.",
        "Hovedveier og skoleveier kommer først, så boliggater. Planen ligger på nettsiden vår.",
    ),
    "roads": (
        "Benken er hentet inn til reparasjon og står på plass igjen før helga.",
        "Vi feier grusen så snart det er frostfritt om natta. {area} står for tur i neste uke.",
        "Takk, feilen er meldt til driftslaget. De ser på det denne uka.",
        "Gatelys rettes innen fem virkedager. Si gjerne fra om det ikke skjer.",
        "Det er fylkesveien, så vi har sendt meldingen din videre dit.",
        "Godt observert! Vi sender ut en bil i ettermiddag.",
    ),
    "kindergarten": (
        "Alle barnehagene har sommerstengt i uke 28, 29 og 30.",
        "Flytter dere hit, kan dere søke plass før dere har fått ny adresse.",
        "Ja, du må søke om redusert foreldrebetaling hvert år. Fristen er 1. mai.",
        "Du kan takke nei og bli stående i køen, men mister da retten til plass i år.",
        "Svarene på opptaket kommer på e-post {day}. Du kan klage innen tre uker.",
        "Takk for at du spør! Alle som er født før 1. desember, har rett til plass.",
        "Det er leit å høre. Styreren ringer deg i løpet av dagen.",
        "Prisene ligger nå på nettsiden, og søskenmoderasjonen er 30 prosent.",
        "Så hyggelig! Vi sender hilsenen til avdelingen ❤️",
    ),
    "school": (
        "Nytt busskort bestiller du gratis på nettsiden. Barn skal få bli med bussen uansett, "
        "og det har vi sagt til selskapet.",
        "Barn med delt bosted kan få skyss fra begge foreldrene, om begge bor i kommunen.",
        "Skoleveien er meldt til fylket. Søk gjerne skyss på grunn av farlig vei, så vurderer "
        "vi det.",
        "SFO søker du om på nettsiden, helst før 1. april.",
        "Du får en ny iPad på låneavtale hos skolens kontaktlærer.",
        "Det skal ikke skje. Vi har snakket med busselskapet, og de setter inn en ekstra buss i "
        "morgen.",
        "Skoleruta for i år er lagt ut nå. Takk for at du sa fra om feilen!",
        "Grensen er to kilometer for 1. trinn og fire for de andre. Er veien farlig, kan dere søke "
        "likevel.",
        "Rektor tar kontakt med deg i dag.",
        "Så fint! Vi sier det videre til skolen.",
    ),
    "water": (
        "Vannmåleren leser du av på de svarte tallene. Siden for registrering virker igjen nå.",
        "Det er klor etter spyling av ledningene. Smaken er borte i løpet av dagen.",
        "Kloakklukten ved {street} kommer fra en pumpe som skal byttes i neste uke.",
        "Vi har et ledningsbrudd i {street}. Folk er på stedet, og vannet er tilbake i kveld.",
        "Misfarget vann kommer ofte når trykket endrer seg. La kaldtvannet renne i ti minutter.",
        "Takk for meldingen! Vi sender ut vakta nå.",
        "Meld deg på varsling på nettsiden vår, så får du SMS neste gang.",
        "Vannet i Tindevåg er bløtt, under 3 dH. Still maskinen på laveste trinn.",
    ),
    "waste": (
        "Glassigloen tømmes i ettermiddag. Takk for at du sa fra.",
        "Større papirdunk er gratis. Vi har bestilt en til deg.",
        "Juletrær hentes sammen med papiret i uke 3.",
        "Begeret holder det å skylle lett i kaldt vann.",
        "Malingsspann og lysrør er farlig avfall. Lever det gratis på gjenvinningsstasjonen.",
        "Beklager! Bilen kommer tilbake i morgen. La dunken stå framme.",
        "Papir hentes i partallsuker i {area}. Kalenderen din finner du på nettsiden.",
        "Det leverer du gratis på gjenvinningsstasjonen.",
        "Takk for tipset, vi rydder i dag.",
        "Ny dunk er bestilt til deg. Den kommer innen en uke.",
    ),
    "campaign": (
        "Dunkene kommer til {area} i løpet av tre uker. Posene ligger i dunken.",
        "Ja, både bein, kaffegrut og servietter går i den brune.",
        "Borettslag får felles dunker. Styret har fått brev om det.",
        "Avgiften øker ikke i år. Neste år blir den om lag 90 kroner høyere.",
        "Avfallet blir til biogass og gjødsel i nabokommunen, ikke i Danmark 😊",
        "Komposterer du hjemme med godkjent binge, kan du søke fritak.",
    ),
    "building": (
        "Tre høner uten hane er helt i orden 🐔",
        "Situasjonskart bestiller du på nettsiden, og det koster 350 kroner.",
        "Fristen for å uttale seg om planen er tre uker etter at den ble lagt ut.",
        "Nå er tiden om lag åtte uker. Ring gjerne byggesaksvakta mellom 10 og 14.",
        "Frittstående bod under 50 kvadrat trenger som regel ikke søknad. Sjekk avstanden til "
        "naboen.",
        "Send oss adressen på e-post, så ser vi på saken din i dag.",
        "Det er leit at du har måttet vente. Ny saksbehandler tar kontakt innen fredag.",
    ),
    "tax": (
        "Taksten bygger på skattegrunnlaget ditt. Klagefristen er seks uker etter at lista kom ut.",
        "Ja, du kan dele den i fire. Send oss en melding med fakturanummeret.",
        "Det høres ut som en feil. Send oss gårds- og bruksnummer på e-post, så retter vi det.",
        "Pensjonister kan søke om nedsettelse. Skjemaet ligger på nettsiden.",
    ),
    "library": (
        "Ja, vi låner inn bøker fra andre bibliotek. Det er gratis.",
        "Kortet ditt er aktivert for døra nå.",
        "Utskrifter koster tre kroner arket, og vi hjelper deg gjerne.",
        "Ja, vi har åpent fra 10 til 15, og meråpent til klokka 22.",
        "Kom innom, så finner vi noe sammen! 📚",
        "Så fint å høre! Neste gang er om to uker.",
        "Den boken har vi strøket fra kontoen din. Beklager bryet.",
    ),
    "events": (
        "Under festivalen kan du parkere ved idrettshallen og gå ned til kaia.",
        "Kulturnatta er gratis for alle.",
        "Pengene fra det ekstra billettrekket kommer tilbake på kontoen innen tre dager.",
        "Søknadsfristen for kulturmidler er 1. mars. Korps kan også søke om instrumenter.",
        "Dørene åpner klokka 18, og det er gratis for barn under 16.",
        "Ja, ledsager kommer inn uten å betale. Si fra i døra.",
        "Så gøy at dere koste dere! 🎶",
        "Vi beklager støyen. Arrangøren hadde lov til klokka ett, og det tar vi opp med dem.",
        "Svømmehallen åpner igjen på mandag. Det var en pumpe som røk.",
    ),
    "care": (
        "Hjemmesykepleien er på vei til dere nå. Det skulle ikke ha skjedd.",
        "Alarmen må startes på nytt etter strømbrudd. Vi kommer innom i ettermiddag.",
        "Vedtaket klager du på innen tre uker. Vi hjelper deg gjerne med å skrive.",
        "Dette skal ikke skje. Avdelingslederen ringer deg i dag.",
        "Du søker på ett skjema på nettsiden. Tildelingskontoret hjelper deg gjerne på telefon.",
        "Tusen takk, det varmer! Vi gir hilsenen videre.",
        "Vi kan ikke svare om enkeltpersoner her, men ring oss, så finner vi ut av det sammen.",
        "Det er åpent for besøk hele dagen. Ring på etter klokka 20.",
    ),
    "general": (
        "Fergekaia er det fylket som har. Vi sender det videre dit.",
        "Logoen laget vi selv, så den kostet en kveld og mye kaffe 😊",
        "Innsyn ber du om i postlista på nettsiden. Vi svarer innen tre dager.",
        "Sommerjobbene lyses ut 1. februar, og alle over 15 år kan søke.",
        "Takk for meldingen! Vi har sendt den til rett fagområde og følger med.",
        "Servicetorget er åpent fra 9 til 15, og telefonen fra 8.",
        "Så hyggelig, velkommen til Tindevåg! ☀️",
        "Beklager ventetiden. Vi har fått inn flere på telefonen nå.",
        "Møtet sendes direkte på nettsiden vår klokka 17.",
    ),
}

POSTS = (  # topic and text of an everyday post from us
    ("library", "Lørdag klokka 11 er det lesestund på biblioteket. Ta med en bamse!"),
    ("library", "Nå kan du låne symaskin, telt og fiskestang på biblioteket."),
    ("events", "Fredag er det åpen scene på Naustet. Gratis inngang, og vafler til alle."),
    ("events", "Tindebadet har familiesøndag fra 10 til 14."),
    ("events", "Kulturmidlene er delt ut. 31 lag og foreninger får støtte i år."),
    ("school", "Elevene på Storhaugen skole åpner i dag sitt eget drivhus."),
    ("kindergarten", "Søk barnehageplass på nettsiden vår. Vi hjelper deg gjerne med skjemaet."),
    ("roads", "Strandgata er stengt for biler tirsdag og onsdag. Vi legger ny asfalt."),
    ("waste", "Husk farlig avfall-bilen: den står på kaia lørdag fra 10 til 13."),
    ("waste", "Nå er ombruksbua på gjenvinningsstasjonen åpen også på lørdager."),
    ("water", "Vi spyler ledningene i Lomdalen natt til torsdag. Vannet kan bli litt brunt."),
    ("building", "Byggesaksvakta har fått lengre telefontid: 10 til 14 hver dag."),
    ("tax", "Eiendomsskattelistene er lagt ut. Er noe feil, så si fra, så retter vi det."),
    ("care", "Vi søker flere besøksvenner til Furutoppen. En time i uka gjør en forskjell."),
    ("care", "Furutoppen åpnet i dag en sansehage sammen med Lions og ungdomsskolen."),
    ("general", "Kommunestyret møtes torsdag klokka 17. Se sendingen på nettsiden vår."),
    ("general", "Vi har 20 sommerjobber til ungdom mellom 15 og 18 år. Søk nå!"),
    ("general", "Hva vil du at vi skal bruke fritidsmidlene på? Svar her, vi leser alt."),
)

WINTER_POSTS = (
    ("snow", "Det er meldt 30 cm snø i natt. Vi starter brøytingen klokka 3. Kjør forsiktig!"),
    ("snow", "Glatt på alle gangveier nå. Vi strør, men bruk brodder."),
)

CAMPAIGN_POSTS = (  # days after the first, and the post
    (
        0,
        "Nå kommer matavfallsdunken! De neste tre ukene får alle i Tindevåg en brun dunk og poser. "
        "Spørsmål? Spør her, vi svarer. #matavfall",
    ),
    (
        3,
        "Hva går i den brune dunken? Se filmen med Ella og Amund fra Trollkista barnehage. "
        "#matavfall",
    ),
    (
        8,
        "Halvveis! 2 100 husstander har fått brun dunk. Fuglevika og Kvernvika står for tur. "
        "#matavfall",
    ),
    (15, "Første lass matavfall er levert: 11 tonn som blir til biogass. Takk! #matavfall"),
)

NEWS = (  # topic, headline and first line, as local papers write
    (
        "snow",
        "Sinte foreldre krever bedre brøyting",
        "FAU ved {school} mener Tindevåg kommune svikter.",
    ),
    ("kindergarten", "Kan bli færre barnehager", "{kindergarten} i Tindevåg står i fare."),
    (
        "school",
        "Full buss til skolen",
        "Foreldre i {area} i Tindevåg har fått nok av fulle skolebusser.",
    ),
    (
        "water",
        "Ledningsbrudd i {street}",
        "Flere husstander i Tindevåg var uten vann natt til i dag.",
    ),
    ("waste", "Brune dunker på vei", "Tindevåg kommune innfører matavfall for alle innbyggere."),
    ("building", "Vil bygge 60 leiligheter på kaia", "Naboene protesterer mot planene i Tindevåg."),
    ("tax", "Slik blir eiendomsskatten", "Kommunestyret i Tindevåg vedtok nye satser i går kveld."),
    (
        "library",
        "Rekordutlån på biblioteket",
        "Meråpent bibliotek i Tindevåg gir 40 prosent flere lån.",
    ),
    ("events", "Folkefest på kaia", "Over tusen møtte fram i Tindevåg sentrum lørdag."),
    ("care", "Pårørende fortvilet over ventetid", "{care} i Tindevåg har 14 på venteliste."),
    (
        "care",
        "Sansehage til glede for mange",
        "Frivillige i Tindevåg har samlet inn 300 000 kroner.",
    ),
    ("general", "Ordføreren svarer leserne", "Tindevåg kommune vil ha flere unge hjem igjen."),
)

CRISIS_NEWS = (
    (
        "Må koke vannet i Tindevåg",
        "Kommunen har funnet bakterier i drikkevannet og ber alle koke det.",
    ),
    (
        "Kritiserer sen varsling",
        "Innbyggere i Tindevåg fikk SMS to timer etter at vannet ble brunt.",
    ),
    ("Her er vannkøen", "Hundrevis ventet på rent vann på kaia i Tindevåg."),
    ("Fant sprekk i høydebasseng", "Tindevåg kommune mener kilden til forurensingen er funnet."),
    ("Kokevarselet er opphevet", "Vannet i Tindevåg er trygt igjen, sier kommuneoverlegen."),
)
