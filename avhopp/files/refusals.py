"""Why a file is not taken in, in the words that the user reads. The process that opens it sends the code."""

from avhopp.kernel.refusal import Refused

ALLOWED = "PDF, Word (.docx), JPEG eller PNG"

TEXTS = {
    "empty": "Filen är tom. Välj en annan fil.",
    "too_large": "Filen är större än 20 MB. Dela upp den, eller spara den med lägre upplösning.",
    "not_allowed_kind": f"Innehållet är inte {ALLOWED}. Det är innehållet som räknas, inte filens namn. "
    "Öppna filen i programmet som gjorde den och spara som PDF.",
    "several_kinds": "Filen är två slags filer på en gång och tas inte emot. Skriv ut den till en ny PDF.",
    "broken": "Filen är trasig eller ofullständig. Hämta den på nytt, eller skriv ut den till en ny PDF.",
    "encrypted": "Filen är låst med lösenord. Lås upp den och spara den utan lösenord först.",
    "too_heavy": "Filen kräver för mycket att öppna: den är för stor uppackad eller för djupt sammansatt. "
    "Skriv ut den till en ny PDF.",
    "too_many_pages": "Filen har fler än 500 sidor. Dela upp den.",
    "too_many_pixels": "Bilden har för många bildpunkter (högst 50 miljoner). Spara den mindre.",
    "not_finished": "Filen kunde inte läsas säkert inom gränserna för tid och minne. "
    "Skriv ut den till en ny PDF.",
    "form": "PDF-filen är ett formulär av ett slag som inte kan läsas säkert (XFA). "
    "Skriv ut den till en ny PDF.",
    "program": "Dokumentet innehåller makron eller andra program. Spara det utan dem, eller som PDF.",
    "embedded": "Dokumentet har andra filer inbäddade. Ta bort dem, eller spara som PDF.",
    "picture": "Dokumentet har en bild av ett slag som inte tas emot (bara JPEG och PNG). Spara det som PDF.",
    "outside": "Dokumentet hämtar något utifrån, till exempel en mall eller en bild. "
    "Bryt länkarna, eller spara som PDF.",
}


def refusal(code: str) -> Refused:
    """The refusal with this code; an unknown one says that the file could not be read safely."""
    known = code if code in TEXTS else "not_finished"
    return Refused(known, TEXTS[known], field="file")
