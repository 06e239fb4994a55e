"""What people write in Nynorsk, by topic, and our answers to them."""

ASKS = {
    "snow": (
        "Når vert det brøytt i {street}? Her kjem vi oss ikkje fram.",
        "Det er glatt som såpe ved {school}. Kan nokon strø?",
        "Takk til dei som brøyter i {area}, de gjer ein kjempejobb!",
        "Eg har ikkje sett brøytebilen i {street} på {n} dagar. Kva skjer?",
        "Kven har ansvaret for å måke fortauet i {street}?",
        "Bestemor torer ikkje gå ut lenger. Kan de strø ved {care}?",
    ),
    "roads": (
        "Gatelysa i {street} har vore mørke ei heil veke no.",
        "Holet i vegen ved {street} vert berre større. Når kjem de og lappar det?",
        "Veggrøfta i {area} er full av kvist, vatnet renn over vegen.",
        "Fint at de slo kanten langs {street}, no ser vi bilane.",
    ),
    "kindergarten": (
        "Når får vi veta om vi får plass i {kindergarten}?",
        "Eg lurer på kva det kostar med to born i barnehagen.",
        "{kindergarten} har så flinke folk. Takk skal de ha!",
        "Kvifor må barnehagen stengje tidleg att i dag?",
    ),
    "school": (
        "Skulebussen frå {area} kom ikkje i dag heller.",
        "Får elevane på {school} nynorske lærebøker i tide i år?",
        "Kor søkjer vi om skuleskyss?",
        "Skulevegen frå {street} er mørk og farleg. Når får vi lys?",
    ),
    "water": (
        "Det er ikkje vatn i springen i {street}. Veit de noko?",
        "Kvifor smakar vatnet så mykje klor?",
        "Det kjem berre ei tynn stripe vatn or krana i dag. Er det noko gale med trykket?",
        "Det lek vatn midt i vegen ved {street}.",
    ),
    "waste": (
        "Kva tid kjem bossbilen til {area}? Dunken er full.",
        "Kor leverer eg gamle dekk?",
        "De gløymde papirdunkane i {street} {since}.",
        "Går mjølkekartongar i papir, eller skal dei i plast?",
    ),
    "campaign": (
        "Når kjem dei brune dunkane til {area}?",
        "Kva gjer vi med bossposane når dei er tomme?",
        "Endeleg kan vi sortera matavfallet! Dette har eg venta på.",
        "Må vi som har eigen kompost òg ha dunk?",
    ),
    "building": (
        "Kor lang tid tek det å få svar på ein byggjesøknad no?",
        "Treng eg løyve til å setja opp eit naust i {area}?",
        "Eg fekk nabovarsel, men skjønar ikkje teikningane. Kven kan hjelpa?",
    ),
    "tax": (
        "Eg skjønar ikkje korleis de har rekna ut eigedomsskatten min.",
        "Kva er fristen for å klaga på taksten?",
        "Må vi betala eigedomsskatt for eit gardshus som står tomt?",
    ),
    "library": (
        "Har biblioteket ope på {day}?",
        "Har de nye bøker på nynorsk for born?",
        "Forfattarkvelden var heilt nydeleg. Meir slikt!",
    ),
    "events": (
        "Kva tid byrjar konserten på Naustet?",
        "Vert det bygdedag i {area} i år?",
        "Kan korpset søkja om kulturmidlar no?",
    ),
    "care": (
        "Korleis søkjer eg om plass på {care} for mor mi?",
        "Dei som arbeider på {care} er heilt framifrå. Takk for alt de gjer!",
        "Heimehjelpa kom ikkje i dag. Far sit og ventar.",
    ),
    "general": (
        "Kven snakkar eg med om å få breiband i {area}?",
        "Eg får ikkje svar på e-post. Er det nokon heime hjå dykk?",
        "Takk for at de svarar på nynorsk, det set eg pris på.",
    ),
    "crisis": (
        "Må vi koka vatnet i {area} òg?",
        "Kvifor fekk ikkje vi melding om vatnet?",
        "Kor kan eg henta reint vatn? Eg har ikkje bil.",
        "Er det trygt å dusja no?",
        "Kor lenge må vatnet koka?",
        "Takk for god informasjon, det roar oss litt.",
    ),
}

ANSWERS = {
    "snow": (
        "Takk for meldinga! Brøytebilen er i {area} no og kjem til {street} i løpet av dagen.",
        "Vi har bede vakta strø der no i føremiddag. Sei gjerne frå om det framleis er glatt.",
    ),
    "roads": ("Takk, vi har meldt det vidare til driftslaget. Dei ser på det denne veka.",),
    "kindergarten": ("Svara på opptaket kjem på e-post, og du kan klaga innan tre veker.",),
    "school": ("Det er leitt å høyra. Vi har snakka med busselskapet og følgjer det opp.",),
    "water": ("Vi har folk på staden no. Vatnet kjem att i kveld om alt går etter planen.",),
    "waste": (
        "Orsak! Bilen kjem attende i morgon, så lat dunken stå framme.",
        "Mjølkekartongar går i papiret. Skyl og brett dei fyrst.",
        "Dekk leverer du gratis på gjenvinningsstasjonen.",
    ),
    "campaign": ("Dunkane kjem til {area} i løpet av tre veker. Posane ligg i dunken.",),
    "building": ("No tek det om lag åtte veker. Ring gjerne byggjesaksvakta, så hjelper vi deg.",),
    "tax": ("Du kan klaga innan seks veker etter at lista vart lagd ut. Skjemaet er på nettsida.",),
    "library": ("Ja, biblioteket er ope frå ti til tre, og meirope til klokka 22.",),
    "events": ("Dørene opnar klokka 18. Velkomen!",),
    "care": ("Takk for at du skriv. Avdelingsleiaren ringjer deg i dag.",),
    "general": ("Takk for meldinga! Vi har sendt ho til rett fagområde og følgjer med.",),
    "crisis": (
        "Når vatnet har fosskoka, er det trygt.",
        "Alle skulle ha fått melding no. Sjekk at nummeret ditt står rett på varslingssida.",
        "Ja, kok alt vatn du skal drikka eller laga mat med. Du kan dusja som vanleg.",
        "Reint vatn kan hentast ved Naustet på kaia. Ring oss om du ikkje kan henta sjølv.",
    ),
}
