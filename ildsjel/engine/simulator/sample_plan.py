"""What the sample municipality wants, whom it is there for, what it listens for and who answers."""

from dataclasses import dataclass

ANSWERED = "Folk får svar samme dag"
FEWER_CALLS = "Færre må ringe om hverdagslige ting"
FAMILIES = "Familier kjenner tilbudene til barn og unge"
SAFE = "Alle vet hva de skal gjøre når noe skjer"
FOOD_WASTE = "Åtte av ti sorterer matavfall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """`baseline` and `target` are in `unit`; the goal is to be reached `weeks` after the start."""

    name: str
    why: str
    measure: str
    unit: str
    baseline: float
    target: float
    weeks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StakeholderGroup:
    name: str
    need: str
    wanted_change: str
    goal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """`opens`: a public post that matches is something for us to answer."""

    name: str
    query: str
    opens: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """As `engine.routing.Rule`, with names instead of ids. Rules are asked in this order."""

    name: str
    desk: str
    topic: str
    query: str = ""
    networks: frozenset[str] = frozenset()
    outside_hours: bool | None = None


GOALS = (
    Goal(
        name=ANSWERED,
        why="Raske og vennlige svar gjør at folk stoler på oss.",
        measure="Andel henvendelser besvart innen fristen",
        unit="prosent",
        baseline=61,
        target=85,
        weeks=26,
    ),
    Goal(
        name=FEWER_CALLS,
        why="Sentralbordet bruker halve dagen på brøyting og tømmedager.",
        measure="Telefoner om vei og avfall i måneden",
        unit="telefoner",
        baseline=1450,
        target=1000,
        weeks=52,
    ),
    Goal(
        name=FAMILIES,
        why="Vi trenger flere barnefamilier, og de som bor her, skal bruke tilbudene.",
        measure="Søkere til barnehage innen fristen",
        unit="søkere",
        baseline=148,
        target=180,
        weeks=40,
    ),
    Goal(
        name=SAFE,
        why="I en krise teller minuttene, og rykter går fortere enn vi gjør.",
        measure="Minutter fra hendelse til første melding",
        unit="minutter",
        baseline=95,
        target=30,
        weeks=52,
    ),
    Goal(
        name=FOOD_WASTE,
        why="Mindre restavfall gir lavere avgift og mer biogass.",
        measure="Husstander som leverer matavfall",
        unit="prosent",
        baseline=0,
        target=80,
        weeks=30,
    ),
)

GROUPS = (
    StakeholderGroup(
        name="Småbarnsforeldre",
        need="Svar om plass, skyss og stengte dager før hverdagen ryker.",
        wanted_change="Søker i tide og følger oss for beskjeder.",
        goal=FAMILIES,
    ),
    StakeholderGroup(
        name="Eldre og pårørende",
        need="Vite hvem som har ansvaret, og bli ringt opp.",
        wanted_change="Sier fra tidlig, mens noe kan gjøres.",
        goal=ANSWERED,
    ),
    StakeholderGroup(
        name="De som skal fram om morgenen",
        need="Brøytet og strødd vei, eller et ærlig klokkeslett.",
        wanted_change="Ser på kartet før de ringer.",
        goal=FEWER_CALLS,
    ),
    StakeholderGroup(
        name="Nyinnflyttede og folk med annet morsmål",
        need="Klar tale på et språk de leser.",
        wanted_change="Spør oss, ikke bare hverandre.",
        goal=ANSWERED,
    ),
    StakeholderGroup(
        name="Husstander som sorterer",
        need="Vite hva som går hvor, og når bilen kommer.",
        wanted_change="Tar i bruk den brune dunken.",
        goal=FOOD_WASTE,
    ),
    StakeholderGroup(
        name="Lag, foreninger og frivillige",
        need="Lokaler, midler og noen å samarbeide med.",
        wanted_change="Deler budskapene våre i egne kanaler.",
        goal=FAMILIES,
    ),
    StakeholderGroup(
        name="Lokalavisene",
        need="Fakta fort, og et menneske å ringe til.",
        wanted_change="Henter tall hos oss før de trykker.",
        goal=SAFE,
    ),
    StakeholderGroup(
        name="Hytteeiere og gjester",
        need="Beskjed når noe gjelder dem, også på svensk og dansk.",
        wanted_change="Melder seg på varsling.",
        goal=SAFE,
    ),
)

_HERE = (
    "(tindevåg* OR #tindevåg OR lomdal* OR kvernvik* OR skoglia OR fuglevik* "
    "OR strandvegen OR fiskerveien OR gamleveien OR kirkebakken OR ospelia OR naustgata)"
)
_WINTER = (
    "(brøyt* OR strø OR strødd OR strøsand OR snø* OR snow* OR måk* OR plog* OR sne OR glatt "
    "OR hålke OR isen OR isklumper OR ice OR speilblankt)"
)
_WATER = (
    "(vann* OR vatn* OR vass* OR vatten* OR vand OR vandet OR kranvattnet OR water OR kloakk "
    "OR avløp* OR overvann* OR springen)"
)
_BOIL = (
    "(kok* OR boil* OR bakterie* OR forgift* OR dusj* OR duscha OR shower OR baby* OR syk* "
    "OR drikke* OR grums* OR rykter OR rent OR reint OR clean OR trygt OR mugg OR sms)"
)

WATCHES = (
    Watch(name="Navnet vårt", query="tindevåg* OR #tindevåg OR tindevag.example", opens=False),
    Watch(name="Brøyting og føre", query=f"{_WINTER} {_HERE} NOT (ski OR skispor)", opens=True),
    Watch(
        name="Vann",
        query=f'{_WATER} {_HERE} ("ikke vann" OR inget OR brunt OR lukter OR smaker OR grums*)',
        opens=True,
    ),
    Watch(name="Kokevarsel", query='kokevarsel* OR #kokevarsel OR "boil water"', opens=True),
    Watch(name="Matavfall", query='matavfall* OR #matavfall OR "brun dunk"', opens=True),
    Watch(
        name="Skole og barnehage", query=f"(skole* OR skule* OR barnehage*) {_HERE}", opens=False
    ),
)

_CARE = (
    "furutoppen OR havblikk OR sykehjem* OR hjemmehjelp* OR heimehjelp* OR hjemmesykepleien "
    'OR omsorgsbolig* OR trygghetsalarm* OR støttekontakt OR pårørende OR demens OR "TT-kort"'
)
_KINDERGARTEN = (
    "barnehage* OR kindergarten* OR förskole* OR trollkista OR bjørkeholtet OR rognebær "
    "OR foreldrebetaling"
)
_SCHOOL = "skole* OR skule* OR skolbuss* OR school* OR SFO OR leirskole* OR rektor OR elev*"
_CAMPAIGN = (
    'matavfall* OR #matavfall OR "food waste" OR kompost* OR bossposane '
    "OR ((brun OR brune OR nye OR brown OR bruna) (dunk* OR bin OR tunna* OR spand))"
)
_WASTE = (
    "søppel* OR søpla OR dunk* OR papir* OR gjenvinning* OR renovasjon* OR avfall* OR byggeavfall "
    "OR plast* OR kaster OR boss* OR soptunna OR skraldebilen OR rubbish OR bin OR rotter"
)
_BUILDING = (
    "bygg* OR bygglov OR garasje* OR terrasse OR nabovarsel OR reguleringsplan* OR bruksendring "
    "OR tomtegrens* OR ferdigattest OR situasjonskart OR saksbehandler* OR permit OR building"
)
_TAX = (
    "eiendomsskatt* OR eigedomsskatt* OR fastighetsskatt* OR ejendomsskat* OR takst* "
    'OR bunnfradrag* OR "property tax" OR hytteeierne'
)
_LIBRARY = (
    "bibliotek* OR library OR bok OR bøker OR lån* OR lesestund OR strikkekafe* OR lydbøker "
    "OR grupperom"
)
_EVENTS = (
    "konsert* OR concert OR koncert* OR festival* OR kulturnatt* OR kulturmid* OR havnedag* "
    "OR naustet OR svømmehall* OR tindebadet OR billett* OR parade OR julemarked OR scene"
)
_ROADS = (
    "vei* OR veg* OR vägen OR vejen OR gatelys* OR gatlykt* OR street OR asfalt* OR hull* OR hål "
    "OR pothole OR fortau* OR pavement OR fartsdump* OR fotgjenger* OR parkering* OR skiltet "
    "OR lyskryss* OR gravearbeid*"
)

RULES = (
    Rule(
        name="Kokevarsel og uro om drikkevannet",
        desk="Kommunikasjon og beredskap",
        topic="crisis",
        query=f"kokevarsel* OR #kokevarsel OR ({_WATER} {_BOIL} NOT klær)",
    ),
    Rule(
        name="Presse",
        desk="Kommunikasjon og beredskap",
        topic="general",
        networks=frozenset({"feeds"}),
    ),
    Rule(
        name="Brune dunker",
        desk="Vann og renovasjon",
        topic="campaign",
        query=_CAMPAIGN,
    ),
    Rule(name="Omsorg", desk="Helse og omsorg", topic="care", query=f"({_CARE}) NOT {_WINTER}"),
    Rule(
        name="Barnehage",
        desk="Oppvekst",
        topic="kindergarten",
        query=f"({_KINDERGARTEN}) NOT {_WINTER}",
    ),
    Rule(name="Vann og avløp", desk="Vann og renovasjon", topic="water", query=_WATER),
    Rule(name="Eiendomsskatt", desk="Byggesak og eiendom", topic="tax", query=_TAX),
    Rule(name="Snø og is", desk="Vei og drift", topic="snow", query=_WINTER),
    Rule(name="Skole", desk="Oppvekst", topic="school", query=_SCHOOL),
    Rule(name="Avfall", desk="Vann og renovasjon", topic="waste", query=_WASTE),
    Rule(name="Byggesak", desk="Byggesak og eiendom", topic="building", query=_BUILDING),
    Rule(name="Bibliotek", desk="Kultur og bibliotek", topic="library", query=_LIBRARY),
    Rule(name="Arrangementer", desk="Kultur og bibliotek", topic="events", query=_EVENTS),
    Rule(name="Vei og gatelys", desk="Vei og drift", topic="roads", query=_ROADS),
)
