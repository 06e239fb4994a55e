"""What people write in Bokmål about kindergartens, schools and the way to school."""

KINDERGARTEN = (
    "Når får vi svar på barnehageopptaket? [Skal planlegge permisjonen.|]",
    "Vi har søkt plass i {kindergarten}, men ser ikke søknaden på siden. Har dere fått den?",
    "Går det an å bytte fra {kindergarten} til en barnehage nærmere {area} midt i året?",
    "Tusen takk til de ansatte i {kindergarten} ❤️ Vi kunne ikke hatt det bedre.",
    "Tredje gang på to uker at {kindergarten} må stenge tidlig. Hvordan skal vi som jobber få det "
    "til å gå opp?",
    "Har dere barnehageplass til en ettåring født i {month}? Rett til plass eller ei?",
    "Hva koster det å ha to barn i barnehage? Finner bare gamle tall på nettsiden.",
    "Er det planleggingsdag i {kindergarten} {day}? Ingen har sagt noe.",
    "Det er to voksne på tjue barn i {kindergarten} i dag. Er det forsvarlig?",
    "Redusert foreldrebetaling: må jeg søke på nytt hvert år?",
    "Hei, flytter til Tindevåg i {month} med en treåring. Når må vi søke plass?",
    "Fikk plass i {kindergarten}, som ligger {n} mil fra der vi bor. Kan vi takke nei uten å miste "
    "plassen i køen?",
    "Maten i {kindergarten} er blitt så god at guttungen ikke vil spise hjemme lenger 😄",
    "Gjerdet rundt {kindergarten} har et hull mot veien. Meldt fra {since}.",
    "Dere skriver at det er full dekning. Vi står fortsatt uten plass.",
    "Når har barnehagene sommerstengt?",
    "Hvem kan jeg snakke med om spesialpedagogisk hjelp i barnehagen? Har ventet siden {month}.",
    "Appen til barnehagen virker ikke. Får ikke meldt fravær.",
    "Lurer på om {kindergarten} blir lagt ned. Det står i avisa, men vi foreldre har ikke hørt "
    "noe.",
    "Skryt til vikaren på småbarnsavdelingen i {kindergarten}, hun er gull verdt.",
)

SCHOOL = (
    "Skolebussen til {school} kom ikke i dag. [Igjen.|Tolv unger sto i regnet.]",
    "Får min datter skoleskyss? Det er {n} km fra {street} til {school}, og ingen gangvei.",
    "Når begynner skoleferien? Skoleruta på nettsiden er for i fjor.",
    "Bussen fra {area} er stappfull, seksåringer står i midtgangen. Noen må ta tak!",
    "Hvor søker vi om SFO på {school}?",
    "Takk til skolebussjåføren på ruta fra {area}, han venter alltid på de minste 💛",
    "Er det sant at {school} skal slås sammen med naboskolen?",
    "Hvordan klager jeg på vedtaket om skoleskyss?",
    "Det er muggsopp i gymsalen på {school}. Hvor lenge skal barna gå der?",
    "Skoleveien fra {street} er ikke trygg. Ingen lys, ingen fortau, masse lastebiler.",
    "Leirskolen er avlyst, leste jeg. Får vi pengene tilbake?",
    "Har {school} fått ny rektor? Får ikke svar på e-post.",
    "iPaden til sønnen min er knust, hva gjør jeg?",
    "Kan barn på deltidsbosted få skyss fra begge foreldrene?",
    "Ingen vikar i 7. klasse {since}. Elevene så film hele dagen.",
    "Fint møte på {school} i går kveld. Bra at dere lyttet til oss foreldre.",
    "Når må vi melde fra om valg av sidemål og fremmedspråk?",
    "SFO på {school} stenger {time}, men bussen går ikke før en halvtime etter. Hvem passer "
    "ungene?",
    "Vi flytter fra {area} til {street}, kan barna fortsette på {school}?",
    "Busskortet til datteren min virker ikke, og sjåføren ba henne gå av. Hun er åtte år.",
    "Hvorfor er det ikke varmt vann i dusjene på {school}?",
    "Heier på elevene på {school} som samlet inn penger til aksjonen 👏👏",
)
