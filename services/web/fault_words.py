"""What is said of each refusal: what happened, and the way out."""

WORDS = {
    400: ("That request could not be read", "Go back, reload the page and try once more."),
    403: ("This page is not open to you", "If it should be, sign in with another account."),
    404: ("There is nothing here", "It may have been moved, or the address has a slip in it."),
    405: ("That cannot be done here", "Go back and use the buttons on the page."),
    409: ("That has changed meanwhile", "Reload the page to see how it stands now."),
    413: ("That is too large", "Photos may have up to 20 MB, texts up to 4,000 characters."),
    415: ("That kind of file is not accepted", "Send a JPEG, PNG, WebP or HEIC picture."),
    422: ("Something is missing or odd", "Look at what you entered and try once more."),
    429: ("That was a lot at once", "Wait a minute, then go on. Nothing you wrote is lost."),
    500: ("Something broke on our side", "We have noted it. Try again in a moment."),
    503: ("The city's notebook is busy", "Nothing is lost. Try again in a few seconds."),
}
# Refusals that have a way out of their own.
SPECIAL = {
    "role_unconfirmed": (
        "Sign in with your city account once more",
        "What you may do here is its word, which holds for a day after you sign in with it.",
    ),
    "storage_full": (
        "There is no room for more just now",
        "Nothing was kept of this. We have been told; try again in a few minutes.",
    ),
    "photos_busy": (
        "Many photos are being worked on just now",
        "This was not done. Send it once more in a few seconds.",
    ),
    "photo_under_way": (
        "Another photo of yours is still being covered",
        "This was not done. Send it once more when that one is ready.",
    ),
    "last_operator": (
        "The city would have no operator then",
        "Name another operator under People and roles first, then try once more.",
    ),
    "report_cannot_take_in": (
        "That report cannot take this one in",
        "Choose one that is public and still open, and was not itself joined into another.",
    ),
    "report_cannot_merge": (
        "This report cannot be joined any more",
        "It was joined before, or was not taken up. Reload the page to see how it stands now.",
    ),
    "report_cannot_unmerge": (
        "The joining cannot be undone any more",
        "It is not joined, went on with the other one, or words were added. Look how it stands.",
    ),
    "report_is_its_whole": (
        "That report is a part of this one",
        "Set it apart first, or join it into this one.",
    ),
    "blocked": (
        "You cannot report for now",
        "The page of a new report tells why, until when, and where to object.",
    ),
    "written_by_another": (
        "Somebody else is signed in now",
        "Nothing was sent. Who wrote it signs in, goes back and sends it once more.",
    ),
    "judging_over": (
        "Nobody is asked about this any more",
        "It was settled more than 28 days ago. If the trouble is back, report it anew.",
    ),
    "answer_elsewhere": (
        "That ready answer is for another state",
        "Choose the state it is for, or another text. Nothing was sent.",
    ),
    "answer_empty": (
        "There is nothing to send yet",
        "Write what the resident reads, or choose another state.",
    ),
    "ready_answer_odd": (
        "This cannot be kept as a ready answer",
        "Give a name of up to 80 characters and a text of up to 4,000.",
    ),
    "reason_needed": ("A reason is missing", "Say why in a few words; the resident reads them."),
    "removal_reason_needed": ("A reason is missing", "Say why in a few words, for the team."),
    "photo_changed": (
        "That photo is not shown any more",
        "It was covered or removed meanwhile. Look at the photos as they are now.",
    ),
    "words_gone": (
        "There are no words to take off any more",
        "They were taken off meanwhile, or stand elsewhere. Look at what happened so far.",
    ),
    "note_empty": ("The note is empty", "Write a few words for the team."),
    "report_cannot_move": (
        "The report cannot go there from where it stands now",
        "It moved meanwhile, or was joined into another. Look how it stands and choose again.",
    ),
    "report_changed": (
        "This report changed meanwhile",
        "Nothing was sent, and what you wrote is kept. Look at what changed, then send it again.",
    ),
    "report_cannot_be_part": (
        "These two cannot be whole and part",
        "A part stands in one report alone and has no parts itself; a report has ten at most.",
    ),
    "not_staff": ("That person is not on the team", "Choose someone from the list."),
    "too_late_to_undo": (
        "It is too late to take that back",
        "Ten seconds are over and people are being told. To put it right, answer once more.",
    ),
    "nothing_to_undo": (
        "There is nothing left to take back",
        "It was taken back already, or somebody went on from it.",
    ),
    "nothing_to_put_back": (
        "There is nothing left to put back",
        "It was put back already, or its hour is over, or somebody else deleted it.",
    ),
    "too_late_to_put_back": (
        "It is too late to put that back",
        "An hour is over since it was deleted. Add it anew.",
    ),
    "put_back_name_taken": (
        "It cannot be put back: its name is taken meanwhile",
        "Delete the one that has its name now, then undo once more.",
    ),
    "put_back_needs": (
        "It cannot be put back yet: what it names is gone",
        "Put back its team and its area first, then undo once more.",
    ),
    "day_off_already": (
        "That day is a day off already",
        "Somebody added it anew meanwhile. Nothing was changed.",
    ),
    "answer_gone": (
        "That ready answer is gone",
        "It was deleted meanwhile. Words you typed for it stand in the form below.",
    ),
    "moment_unreadable": ("That moment cannot be read", "Go back, reload the page and try again."),
    "action_unknown": ("That cannot be done here", "Use the buttons on the page."),
    "nothing_chosen": ("Nothing is chosen", "Tick the reports it is for, then send it again."),
    "too_many_chosen": ("That is too many at once", "Choose 100 at most, and the others after."),
    "form_invalid": (
        "Something in the form is odd",
        "Look at what you entered and send it once more.",
    ),
    "in_use": ("Something still uses it", "A row or someone's work names it. Change that first."),
    "name_taken": ("That name is taken", "Choose another one."),
    "name_length": ("That name is empty or too long", "Give one of 1 to 80 characters."),
    "url_odd": ("That is no address we can use", "Write the whole of it, with https."),
    "box_unreadable": (
        "That box cannot be read",
        "Write south, west, north, east in degrees, with commas.",
    ),
    "own_server": ("That is this city itself", "Give the address of another body."),
    "body_taken": ("That body has an address already", "Change that one, or choose another."),
    "word_reason_needed": ("A reason is missing", "Say why in a few words, for the team."),
    "word_settled": (
        "That word does not wait any more",
        "The body has heard it, or it is kept from it. Look how it stands now.",
    ),
    "word_on_its_way": (
        "That word is being told this moment",
        "Nothing was changed. In five minutes at most it is told, or waits again.",
    ),
    "later_word_gone": (
        "A later word has gone already",
        "The body would take the older one for what holds now. It stays with that.",
    ),
    "shape_unreadable": (
        "That border cannot be read",
        "Give one GeoJSON polygon that does not cross itself, longitude first.",
    ),
    "day_odd": ("That is no day", "Write it as year, month and day, like 2026-11-02."),
    "detail_many": (
        "That fits too many details",
        "Write more of the word, or choose from which day on.",
    ),
    "service_away": (
        "Something we need does not answer",
        "This was not done. Try again in a minute.",
    ),
}
