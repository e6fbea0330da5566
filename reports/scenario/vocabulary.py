"""The words that a scenario file may use. They are the format's; a test holds them against the models."""

POLICE_ROLE = "polis"
#: Roles that can be a case's handler.
HANDLER_ROLES = frozenset({"socialsekreterare", "forste_socialsekreterare"})
USER_ROLES = frozenset(
    {
        *HANDLER_ROLES,
        "samordnare",
        "enhetschef",
        "ekonom",
        POLICE_ROLE,
        "logggranskare",
        "namndsekreterare",
        "systemforvaltare",
    }
)
#: Handles of the accounts that commands act as; no person can have them.
MACHINE_HANDLES = frozenset({"inlasning", "rapportering"})
POLICE_UNIT_KINDS = frozenset({"lpo", "region", "noa"})
BUDGET_KINDS = frozenset({"ramhojande", "riktad", "ram", "statsbidrag"})
MEASURE_KINDS = frozenset(
    {"hvb", "stodboende", "traningslagenhet", "skyddat_boende", "familjehem", "oppenvard"}
)
SEXES = frozenset({"kvinna", "man", "okant"})
PROTECTION_LEVELS = frozenset({"ingen", "sekretessmarkering", "skyddad_folkbokforing"})
SOURCES = frozenset(
    {
        "sjalv",
        "anhorig",
        "socialtjanst",
        "polis",
        "kriminalvard",
        "sis",
        "skola",
        "orosanmalan",
        "annan_kommun",
    }
)
CLOSING_REASONS = frozenset(
    {
        "gatt_i_mal",
        "avbrott",
        "uppfyller_ej",
        "aterfall",
        "overflyttad",
        "avliden",
        "ej_inledd",
        "ovrigt",
    }
)
CRIME_DEGREES = frozenset({"lag", "medel", "hog"})
THREATS = frozenset({"ingen_eller_forhojd", "hog", "ej_bedomd"})
PROTECTION_NEEDS = frozenset({"nej", "ja_lokalt", "ja_annan_ort", "ja_noa"})
APPLICATION_STATUSES = frozenset({"inskickad", "beviljad", "delvis", "avslagen", "utbetald", "slutredovisad"})
#: Why a stay ended, as a person can say it; moves and plans that came to nothing are told otherwise.
END_REASONS = frozenset({"planerat", "avbrott", "egen_begaran", "utforaren", "sakerhet", "annat"})
DESTINATIONS = frozenset(
    {
        "eget_boende",
        "stodboende",
        "traningslagenhet",
        "oppenvard",
        "annan_hvb",
        "familjehem",
        "anhorig",
        "hakte_anstalt",
        "annan_kommun",
        "avliden",
        "annat",
        "okand",
    }
)
RESUMPTIONS = frozenset({"ja", "nej", "okant"})
EXTENSION_KINDS = frozenset({"forlangd", "kortad", "overliggande"})
LINE_KINDS = frozenset({"dygn", "annat"})
AGE_SPANS = frozenset({"under_18", "18_24", "25_34", "35_49", "50_plus"})
NEEDS = frozenset(
    {
        "bemannat_dygnet_runt",
        "skyddat_lage",
        "program_kriminalitet",
        "beroendebehandling",
        "samtalsstod",
        "studier_arbete",
        "tillganglighet",
        "tolk",
        "familj_med",
    }
)
COUNTIES = frozenset({"i_lanet", "utanfor_lanet", "spelar_ingen_roll"})
ASKED_HOW = frozenset({"telefon", "saker_epost", "brev", "upphandling"})
DISTANCES = frozenset({"i_lanet", "grannlan", "langre_bort", "okant"})
