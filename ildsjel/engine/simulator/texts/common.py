"""Small words around a message, by language: greetings, closings, thanks, second questions."""

GREETINGS = {
    "nb": ("Hei!", "Hei,", "Hei dere!", "God morgen!", "Heisann,", "Hallo,"),
    "nn": ("Hei!", "Hei,", "God dag!", "Hei de,"),
    "sv": ("Hej!", "Hejsan,", "God dag,"),
    "da": ("Hej!", "Hej,", "Goddag,"),
    "en": ("Hi!", "Hello,", "Good morning,"),
    "se": ("Bures!", "Buorre beaivi!"),
}

CLOSINGS = {
    "nb": ("Mvh", "Hilsen", "Med vennlig hilsen", "På forhånd takk,"),
    "nn": ("Helsing", "Venleg helsing", "På førehand takk,"),
    "sv": ("Mvh", "Vänliga hälsningar", "Tack på förhand,"),
    "da": ("Mvh", "Venlig hilsen", "Hilsen"),
    "en": ("Kind regards,", "Best,", "Many thanks,"),
    "se": ("Dearvvuođaiguin,",),
}

THANKS = {
    "nb": (
        "Tusen takk!",
        "Takk for raskt svar 👍",
        "Supert, takk.",
        "Ok, takk.",
        "Så bra, da venter vi.",
        "Takk! Setter pris på at dere svarer.",
        "Topp 🙏",
        "Nå har det ordnet seg. Takk skal dere ha.",
        "❤️",
    ),
    "nn": ("Tusen takk!", "Takk for snøgt svar.", "Fint, då ventar vi.", "Takk skal de ha 😊"),
    "sv": ("Tack så mycket!", "Perfekt, tack.", "Toppen 👍"),
    "da": ("Mange tak!", "Super, tak.", "Tak for hurtigt svar 😊"),
    "en": ("Thank you!", "Great, thanks.", "That was quick, thanks a lot 🙏"),
    "se": ("Ollu giitu!", "Giitu!"),
}

STILL_UNHAPPY = {
    "nb": (
        "Det sa dere sist også.",
        "Det hjelper meg lite i dag.",
        "Og når skjer det? Jeg har hørt dette før.",
        "Det stemmer ikke. Jeg står her nå.",
        "Fortsatt ingenting. Hva gjør dere med det?",
        "Dette var ikke svar på det jeg spurte om.",
        "Ok, men hvem har ansvaret da?",
    ),
    "nn": ("Det sa de førre gong òg.", "Det hjelper lite no.", "Framleis ingenting. Kva gjer de?"),
    "sv": ("Det sa ni förra gången också.", "Det har fortfarande inte hänt något."),
    "da": ("Det sagde I også sidst.", "Der er stadig ikke sket noget."),
    "en": ("You said that last time too.", "Still nothing, I'm afraid.", "So who is responsible?"),
}

FURTHER = {
    "nb": (
        "Gjelder det også i {area}?",
        "Hvor lang tid tar det?",
        "Hvor finner jeg skjemaet?",
        "Kan jeg ringe noen om dette?",
        "Må jeg gjøre noe selv?",
        "Får jeg beskjed når det er gjort?",
    ),
    "nn": ("Kor lang tid tek det?", "Kor finn eg skjemaet?", "Får eg melding når det er gjort?"),
    "sv": ("Hur lång tid tar det?", "Var hittar jag blanketten?"),
    "da": ("Hvor lang tid tager det?", "Hvor finder jeg skemaet?"),
    "en": ("How long will that take?", "Where do I find the form?", "Can I call someone?"),
}

# Where nothing we have at hand answers what was asked, or fits what was reported.
PROMISES = {
    "nb": (
        "Takk for at du spør. Vi sjekker saken og svarer deg her i dag.",
        "Godt spørsmål. Vi har spurt fagfolkene våre og kommer tilbake til deg.",
        "Det skal vi finne ut av. Du hører fra oss før kontortid er slutt.",
        "Det vet vi ikke sikkert ennå. Vi undersøker og svarer deg så snart vi kan.",
    ),
    "nn": (
        "Takk for at du spør. Vi sjekkar saka og svarar deg her i dag.",
        "Godt spørsmål. Vi har spurt fagfolka våre og kjem tilbake til deg.",
    ),
    "en": (
        "Thanks for asking. We are looking into it and will answer you here today.",
        "Good question. We have asked our experts and will get back to you.",
    ),
}

RECEIPTS = {
    "nb": (
        "Takk for at du sier fra. Send gjerne adressen til post@tindevag.example, så ser vi på "
        "det.",
        "Vi forstår at dette er irriterende. Vi tar det videre med en gang.",
        "Takk for meldingen. Den er gitt videre til rett fagområde nå.",
        "Det var ikke bra. Vi ser på det i dag og gir deg beskjed.",
    ),
    "nn": (
        "Takk for at du seier frå. Vi har sendt meldinga vidare no.",
        "Det var ikkje bra. Vi ser på det i dag og gjev deg melding.",
    ),
    "en": (
        "Thanks for letting us know. We have passed it on and will keep you posted.",
        "Sorry about this. We are looking into it today.",
    ),
}

SECOND_ANSWERS = {  # to somebody who comes back with more
    "nb": (
        "Det forstår vi godt. Fagansvarlig ringer deg i dag.",
        "Som regel tar det en til to dager. Vi gir deg beskjed her når det er gjort.",
        "Alt du trenger, ligger på nettsiden vår, og servicetorget hjelper deg gjerne på telefon.",
        "Du har rett i at dette har tatt for lang tid. Vi følger det opp i dag.",
        "Ja, det gjelder der også. Du trenger ikke gjøre noe selv.",
    ),
    "nn": (
        "Det skjønar vi godt. Fagansvarleg ringjer deg i dag.",
        "Som regel tek det ein til to dagar. Vi gjev deg melding her når det er gjort.",
    ),
    "en": (
        "We understand. Somebody will call you today.",
        "It usually takes a day or two. We will let you know here when it is done.",
    ),
}

LETTERS = {  # how an e-mail from us begins and ends
    "nb": ("Hei {name},", "Vennlig hilsen"),
    "nn": ("Hei {name},", "Venleg helsing"),
    "en": ("Dear {name},", "Kind regards"),
}

PRAISE_ANSWERS = {
    "nb": (
        "Så hyggelig å høre! Vi sier det videre.",
        "Tusen takk for fine ord 😊",
        "Dette blir lest opp på morgenmøtet. Takk!",
    ),
    "nn": ("Så triveleg å høyra! Vi seier det vidare.", "Takk for gode ord 😊"),
    "en": ("So kind of you! We will pass it on.", "Thank you, this made our day 😊"),
}

AWAY = {
    "nb": "Autosvar: Jeg er på ferie og leser ikke e-post. Ved hast, ring sentralbordet.",
    "nn": "Autosvar: Eg er på ferie og les ikkje e-post no.",
    "sv": "Autosvar: Jag är på semester och läser inte mejl just nu.",
    "da": "Autosvar: Jeg holder ferie og læser ikke mail lige nu.",
    "en": "Automatic reply: I am on leave and not reading e-mail.",
}

SUBJECTS = {  # of an e-mail, by topic, where somebody writes one in a Norwegian form
    "snow": ("Brøyting", "Manglende brøyting i {street}", "Glatt fortau", "snø"),
    "roads": ("Hull i veien", "Gatelys i {street}", "Vei", "Melding om feil"),
    "kindergarten": ("Barnehageplass", "Spørsmål om {kindergarten}", "Opptak"),
    "school": ("Skoleskyss", "{school}", "Spørsmål om skole"),
    "water": ("Vann", "Ikke vann i {street}", "Vannmåler"),
    "waste": ("Renovasjon", "Søppel ikke hentet", "Spørsmål"),
    "campaign": ("Brun dunk", "Matavfall", "Ny dunk?"),
    "building": ("Byggesak {street}", "Garasje", "Spørsmål om søknad"),
    "tax": ("Eiendomsskatt", "Klage på takst", "Faktura"),
    "library": ("Biblioteket", "Lånekort"),
    "events": ("Arrangement", "Billetter", "Leie av lokale"),
    "care": ("Plass på {care}", "Bekymret pårørende", "Hjemmetjenesten"),
    "general": ("Spørsmål", "Henvendelse", "Hei"),
    "crisis": ("Kokevarsel", "Vannet!", "HASTER: drikkevann", "Spørsmål om vannet"),
}

SUBJECTS_ELSEWHERE = {
    "nn": ("Spørsmål", "Førespurnad", "Hei"),
    "sv": ("Fråga", "Hej", "Ärende"),
    "da": ("Spørgsmål", "Henvendelse", "Hej"),
    "en": ("Question", "Enquiry", "Help please"),
}

DAYS = {
    "nb": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag"),
    "nn": ("måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag"),
    "sv": ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag"),
    "da": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"),
}

MONTHS = {
    "nb": ("januar", "mars", "mai", "august", "oktober"),
    "nn": ("januar", "mars", "mai", "august", "oktober"),
    "sv": ("januari", "mars", "maj", "augusti", "oktober"),
    "da": ("januar", "marts", "maj", "august", "oktober"),
    "en": ("January", "March", "May", "August", "October"),
}

SINCE = {
    "nb": ("i går", "på mandag", "forrige uke", "på fredag"),
    "nn": ("i går", "på måndag", "førre veka"),
    "sv": ("i går", "i måndags", "förra veckan"),
    "da": ("i går", "i mandags", "i sidste uge"),
    "en": ("yesterday", "on Monday", "last week"),
}

TIMES = {
    "nb": ("klokka 6", "klokka 7", "klokka 15", "klokka 16", "klokka 18"),
    "nn": ("klokka 6", "klokka 7", "klokka 15", "klokka 18"),
    "sv": ("klockan 6", "klockan 15", "klockan 18"),
    "da": ("klokken 6", "klokken 15", "klokken 18"),
    "en": ("six this morning", "seven", "three o'clock"),
}
