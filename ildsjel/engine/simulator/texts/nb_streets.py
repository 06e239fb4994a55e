"""What people write in Bokmål about roads: snow in winter, holes the rest of the year."""

SNOW = (
    "Når [blir|kommer] det brøytet i {street}? [Det har ikke vært noen her på {n} timer.|]",
    "Det er ikke brøytet i {street} [i dag heller|ennå]. Barna må gå i veibanen til {school} 😡",
    "Takk til han som brøytet {street} klokka fem i dag tidlig 👏 Kom meg på jobb!",
    "Speilblankt på fortauet ved {care}. Noen bør strø før en av de eldre brekker hoften.",
    "Hvorfor er alltid {area} sist når det skal brøytes? Samme visa hvert år.",
    "Brøytebilen la igjen en kant på en meter foran innkjørselen min i {street}. Hvem skal måke "
    "den?",
    "Hei! Hvor kan jeg [hente strøsand|få tak i strøsand gratis]? Bor i {street}.",
    "Er det meningen at gang- og sykkelveien til {school} ikke skal brøytes på lørdager?",
    "Postkassestativet i {street} ble meid ned av brøytebilen {since}. Hvem melder jeg det til?",
    "Bussen kom seg ikke opp bakken ved {street} i dag. Ikke strødd. Tre stykker gikk på trynet.",
    "Dere har en jobb å gjøre i {street}. [Isen ligger ti centimeter tykk.|Hålke hele veien.]",
    "Finnes det et kart der jeg kan se når det sist ble brøytet?",
    "Kan dere si noe om hvilke veier som brøytes først? Lurer på hvor {street} står på lista.",
    "Kommer ambulansen fram i {street}? Jeg kommer meg ikke ut med egen bil.",
    "Mannen min sitter i rullestol og har ikke kommet seg ut på {n} dager. Fortauet i {street} er "
    "fullt av snø fra veien.",
    "Imponert over brøytemannskapet i natt! [40 cm og likevel bar vei klokka sju|Alt var klart til "
    "sju] 🙌",
    "Snøen fra parkeringsplassen ved {school} er måket rett ut i frisiktsonen. Livsfarlig.",
    "hvem eier veien mellom {street} og kaia? ingen brøyter den",
    "Nå har jeg ringt tre ganger om {street}. Får beskjed om at det er meldt inn. Skjer det noe?",
    "Grus og is om hverandre i {street}. Sykkelen gikk [rett i grøfta|over ende].",
    "Veldig bra at dere la ut brøyteplanen, men lenken virker ikke på mobil.",
    "Taket på bussholdeplassen i {area} er i ferd med å gi etter for snøen. Bør sjekkes fort.",
    "Skal dere ikke strø trappa opp til {street}? Den er stengt med et skilt som har falt ned.",
    "Er det lov å måke snø ut i veien? Naboen i {street} gjør det hver dag.",
    "Brøytingen er mye bedre i år enn i fjor. Bare så det er sagt.",
    "Trenger strøkasse i {street}, den gamle forsvant i høst.",
    "Har det kommet ny entreprenør? Brøytebilen kjørte forbi {street} med skjæret oppe. To ganger.",
    "Store isklumper henger over inngangen på {school}. Kan noen ta dem ned før skoletid {day}?",
)

ROADS = (
    "Hullet i {street} er nå så stort at det bør få eget navn.",
    "Gatelyset i {street} har vært mørkt siden {day}. Hvor melder jeg fra?",
    "Når skal {street} asfalteres? Det ble lovet i fjor.",
    "Fartsdumpen i {street} er kjørt helt flat. Folk holder 60 i 30-sonen.",
    "Ny asfalt i {street}! Tusen takk, nå er det fint å sykle 🚴",
    "Det står vann over hele veien i {street} etter regnet {since}. Sluket er nok tett.",
    "Hekken på hjørnet av {street} stenger for sikten. Er det kommunen som klipper der?",
    "Kan vi få fotgjengerfelt ved {school}? Det kjører {n} hundre biler forbi i timen.",
    "Hvem tar seg av døde trær langs {street}? Ett henger over stien.",
    "Skiltet ved {street} peker feil vei etter vinden {since} 😅",
    "Kumlokket i {street} skramler hver gang en bil kjører over. Vi får ikke sove.",
    "Hvor lenge skal gravearbeidet i {street} vare? Vi fikk beskjed om to uker. Det er to måneder "
    "siden.",
    "Bra jobba med den nye gangveien i {area}, ungene elsker den.",
    "Det ligger glasskår over hele sykkelveien ved {street}.",
    "Parkeringsautomaten på kaia tar ikke kort. Får vi bot da?",
    "Er det mulig å få speil i krysset ved {street}? Nestenulykke igjen {since}.",
    "Hvorfor er det satt opp parkering forbudt i {street} uten at vi som bor her fikk vite det?",
    "Benken ved badeplassen i {area} er ødelagt. Planken stikker opp.",
    "Lyskrysset ved brua har bare gult lys i dag.",
    "Når kommer dere og feier grusen i {street}? Det støver fælt.",
)
