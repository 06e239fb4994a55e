"""What people write in English, by topic, and our answers to them."""

ASKS = {
    "snow": (
        "When will {street} be cleared? I can't get the pram out.",
        "The pavement outside {school} is a sheet of ice. Someone will get hurt.",
        "Huge thanks to the snowplough driver in {area} this morning!",
        "Is there a list of which roads get ploughed first?",
    ),
    "roads": (
        "The street light outside our house in {street} has been out for a week.",
        "There's a massive pothole on {street}. Who do I report it to?",
    ),
    "kindergarten": (
        "How do we apply for a place at {kindergarten}? We are moving here in {month}.",
        "Do staff at {kindergarten} speak English? Our son doesn't know Norwegian yet.",
        "Is there any help with kindergarten fees for students?",
    ),
    "school": (
        "The school bus from {area} did not turn up again today.",
        "How do I enrol my daughter at {school}?",
        "Where can I find the school holiday dates in English?",
    ),
    "water": (
        "No water in {street} since {time}. Is this planned?",
        "Our tap water is a bit yellow today, is it safe?",
    ),
    "waste": (
        "Which bin do pizza boxes go in?",
        "Nobody collected our rubbish {since}.",
        "Where do I get rid of an old mattress without a car?",
    ),
    "campaign": (
        "Is the new food waste scheme explained anywhere in English?",
        "Do we need to pay for the brown bin?",
        "Love this. Finally a brown bin!",
    ),
    "building": (
        "Do I need a permit to put up a small greenhouse?",
        "How long does it take to get an answer on a building application?",
    ),
    "tax": (
        "I got a property tax bill for a flat I rent. Is that right?",
        "Can I pay property tax in instalments?",
    ),
    "library": (
        "Can I get a library card without a Norwegian ID number?",
        "Is there a language café at the library this week?",
        "The library is the best place in town. Thank you for the warm welcome!",
    ),
    "events": (
        "Is the concert on {day} suitable for kids?",
        "What time does the parade start?",
    ),
    "care": (
        "My neighbour is old and lives alone. Who can I call if I worry about her?",
        "What are visiting hours at {care}?",
    ),
    "general": (
        "Where do I register my new address?",
        "Just moved to Tindevåg. The view on the way to work is unreal.",
        "Is there anyone I can talk to in English at the town hall?",
    ),
    "crisis": (
        "Is the boil water notice for all of Tindevåg or just {area}?",
        "Is it safe to shower?",
        "Please post this in English too, many of us don't read Norwegian.",
        "Where can we pick up clean water?",
        "Why did I not get a text message about this?",
        "Can I use a kettle or does it have to be a rolling boil?",
    ),
}

ANSWERS = {
    "snow": ("Thanks for telling us. The crew is on its way to {street} this morning.",),
    "roads": ("Thank you, we have passed it on to the road crew. They will look at it this week.",),
    "kindergarten": (
        "Welcome! You apply on our website, and you may apply before you move. Call us if you get "
        "stuck.",
    ),
    "school": ("Sorry about that. We have talked to the bus company and will follow it up today.",),
    "water": ("We are repairing a pipe nearby. The water should be back this evening.",),
    "waste": ("Sorry we missed you! The lorry comes back tomorrow, so please leave the bin out.",),
    "campaign": ("Yes, the guide is on our website in English. The first bin and bags are free.",),
    "building": ("It takes about eight weeks. Small buildings often need no permit at all.",),
    "tax": ("Please send us the number on the bill by e-mail, and we will check it for you.",),
    "library": ("Yes! Come by with any ID and we will sort out a card while you wait.",),
    "events": ("It starts at six, and children are very welcome.",),
    "care": ("Thank you for caring. Call our health line, open all day, and they will help.",),
    "general": (
        "Thanks for writing! The service desk can help you in English from nine to three.",
    ),
    "crisis": (
        "The notice is for everyone on municipal water. Boil what you drink or cook with. Showers "
        "are fine.",
        "Clean water is handed out by Naustet on the quay until ten tonight. Bring your own cans.",
    ),
}
