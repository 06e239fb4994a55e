"""What Swedes and Danes who live, work or holiday in the municipality write."""

SWEDISH = {
    "snow": (
        "När plogas {street}? Vi kommer inte ut med bilen.",
        "Det är jättehalt utanför {school}, kan någon sanda?",
        "Snyggt plogat i {area} i morse, tack!",
    ),
    "roads": (
        "Gatlyktan utanför oss på {street} har varit släckt sedan i {day}s.",
        "Stort hål i vägen vid {street}. Jag fick punktering.",
    ),
    "kindergarten": (
        "Hur ansöker man om förskoleplats? Vi flyttar hit från Sverige i {month}.",
        "Personalen på {kindergarten} är helt underbar ❤️",
        "Kan vi få plats på {kindergarten} innan vi har norskt personnummer?",
    ),
    "school": (
        "Skolbussen från {area} kom aldrig i morse. Vad gäller?",
        "När börjar höstlovet i Norge? Hittar inget schema.",
    ),
    "water": (
        "Inget vatten i kranen på {street}, är det bara vi?",
        "Är kranvattnet i Tindevåg okej att ge till bebisar?",
    ),
    "waste": (
        "Var lämnar man en gammal kyl? Hyr stuga i {area}.",
        "Ni missade vår soptunna {since} 😕",
    ),
    "campaign": (
        "Får även stugägare den bruna tunnan?",
        "Hemma i Sverige har vi sorterat mat i åratal, kul att ni hänger på!",
    ),
    "building": (
        "Behöver jag bygglov för en altan på stugan i {area}?",
        "Hur lång är handläggningstiden för ett förhandsbesked?",
    ),
    "tax": ("Jag äger stuga i {area}, när kommer räkningen på fastighetsskatten?",),
    "library": (
        "Kan man få lånekort om man bara bor här ett halvår?",
        "Har biblioteket några böcker på svenska?",
    ),
    "events": (
        "Vilken tid börjar konserten på {day}?",
        "Vi var på hamndagarna i helgen. Så himla trevligt!",
    ),
    "care": ("Min pappa bor på {care}, vem ringer jag när jag sitter i Sverige?",),
    "general": (
        "Hej! Vart vänder man sig för att anmäla flytt till Norge?",
        "Tack för snabbt svar, så ska det se ut 👍",
    ),
    "crisis": (
        "Måste man koka vattnet även ute i {area}?",
        "Vi är här på semester, är det säkert att duscha?",
        "Var hämtar man rent vatten någonstans?",
        "Varför gick inget sms ut till svenska nummer?",
    ),
}

DANISH = {
    "snow": (
        "Hvornår bliver {street} ryddet for sne? Vi er på ferie og kan ikke komme ud.",
        "Tak for hurtig snerydning i {area}, det er vi ikke vant til hjemmefra 😄",
    ),
    "roads": ("Der er et kæmpe hul i vejen ved {street}, pas på cyklisterne.",),
    "kindergarten": (
        "Hvordan skriver man sit barn op til en plads i {kindergarten}?",
        "Vi er flyttet hertil fra Aarhus. Skal vi søge plads på ny?",
    ),
    "school": ("Kører skolebussen også på {day} i uge 42?",),
    "water": (
        "Der er ikke noget vand i hanen på {street}. Er det hos jer eller hos os?",
        "Hvor hårdt er vandet her? Jeg skal indstille en kaffemaskine.",
    ),
    "waste": (
        "Hvor afleverer man pap og gamle møbler?",
        "Skraldebilen har ikke været i {area} i denne uge.",
    ),
    "campaign": ("Får vi i sommerhusene i {area} også en brun spand?",),
    "building": ("Skal jeg søge om lov til at bygge et skur ved mit feriehus?",),
    "tax": ("Jeg kan ikke finde ud af at betale ejendomsskatten fra en dansk bank.",),
    "library": ("Hvad tid åbner biblioteket på {day}?",),
    "events": (
        "Er der stadig billetter til koncerten på Naustet?",
        "Sikke en dejlig kulturnat! Vi kommer igen næste år.",
    ),
    "care": ("Min mor bor på {care}. Må vi tage hende med på tur i weekenden?",),
    "general": (
        "Hej, hvem kontakter jeg om en tabt pung på færgekajen?",
        "I har en virkelig flot by. Hilsen fra Danmark 🇩🇰",
    ),
    "crisis": (
        "Skal vandet også koges i {area}?",
        "Vi har en baby med på ferie. Må hun blive badet i vandet?",
        "Hvorfor har vi ikke fået en sms om vandet?",
    ),
}
