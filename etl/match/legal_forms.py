"""Legal forms: how they are written at the end of a name, and which of them are the same.

The facts (which forms a country has, and how they are abbreviated) are those of ISO 20275, the list of entity legal
forms; only spellings that occur at the end of names on invoices are kept, in plain lower-case words.
"""

from __future__ import annotations

from typing import Final

# canonical form -> how it is written
_WRITTEN: Final[dict[str, str]] = {
    # United States, Canada
    "inc": "inc|incorporated|incorporation|incorporee",
    "corp": "corp|corporation|corpn",
    "llc": "llc|l l c|lc|l c|ltd liability co|limited liability company|limited liability co",
    "llp": "llp|l l p|lllp|limited liability partnership",
    "lp": "lp|l p|limited partnership",
    "pc": "pc|p c|professional corporation|professional corp",
    "pllc": "pllc|p l l c|plc ltd",
    "pa": "pa|p a|professional association",
    "ulc": "ulc|unlimited liability company",
    "na": "n a|national association",
    "ltd": (
        "ltd|limited|ltee|limitee|pty|proprietary limited|pty limited|pty ltd"
        "|co ltd|co limited|company ltd|company limited|teoranta|teo|cyf"
        "|cyfyngedig"
    ),
    "pte": "pte|pte ltd|pte limited",
    "pvt": "pvt|pvt ltd|private limited|pvt limited",
    "sdnbhd": "sdn bhd|sendirian berhad",
    "ltda": "ltda|limitada",
    # United Kingdom, Ireland, Australia, New Zealand
    "plc": "plc|p l c|public limited company|public limited co|ccc",
    "cic": "cic|community interest company",
    "dac": "dac|designated activity company",
    "clg": "clg|company limited by guarantee",
    "nl": "n l|no liability",
    # Germany, Austria, Switzerland
    "gmbh": "gmbh|mbh|g m b h|gesmbh|ges m b h|ggmbh|gesellschaft mit beschraenkter haftung",
    "gmbhcokg": "gmbh and co kg|gmbh co kg|gmbh and co|gmbh and cokg|gmbh and co ohg",
    "ag": "ag|aktiengesellschaft",
    "ug": "ug|ug haftungsbeschrankt",
    "kg": "kg|co kg|kommanditgesellschaft",
    "kgaa": "kgaa|ag and co kgaa|se and co kgaa",
    "ohg": "ohg|offene handelsgesellschaft",
    "gbr": "gbr",
    "ek": "e k|ek|e kfr|e kfm",
    "ev": "e v|ev",
    "eg": "e g|eg|egen",
    # France, Belgium, Switzerland, the south
    "sa": "sa|s a|sociedad anonima|societe anonyme",
    "sadecv": "sa de cv|s a de c v|s a b de c v|sab de cv",
    "sarl": "sarl|s a r l|eurl|sarlu",
    "sas": "sas|s a s|sasu",
    "snc": "snc|s n c",
    "sci": "sci",
    "srl": "srl|s r l|srl a socio unico",
    "spa": "spa|s p a",
    "sl": "sl|s l|slu",
    "lda": "lda",
    # Netherlands, Belgium
    "bv": "bv|b v|besloten vennootschap",
    "bvba": "bvba",
    "nv": "nv|n v|naamloze vennootschap",
    "vof": "vof|v o f",
    # the North
    "ab": "ab|aktiebolag|ab publ",
    "hb": "hb|handelsbolag",
    "as": "as|a s|aksjeselskap|aktieselskab",
    "asa": "asa",
    "aps": "aps|anpartsselskab",
    "oy": "oy|osakeyhtio",
    "oyj": "oyj|abp",
    "ky": "ky",
    # elsewhere
    "kk": "kk|k k|kabushiki kaisha",
    "se": "se|s e",
    "ooo": "ooo",
    # says nothing that another form could contradict
    "co": "co|company|and co|and company|cos|companies",
}

LEGAL_FORMS: Final[dict[str, str]] = {
    spelling: form for form, spellings in _WRITTEN.items() for spelling in spellings.split("|")
}
"""Written form -> canonical form. A form counts only behind a name, never where it is all that the name is."""

GENERIC_FORM: Final = "co"
"""`Company` says nothing that another form could contradict."""

ANY_FORM: Final = "|".join(sorted(LEGAL_FORMS, key=lambda form: (-len(form), form)))
"""A pattern of every written form, the longest first."""

ALSO_WORDS: Final = (
    "spa", "sci", "ag", "pc", "pa", "nv", "ky", "cos", "companies", "and co", "and company", "se",
    "sa", "as", "ab", "eg", "ev", "ek", "sl", "kk", "hb", "ug", "kg", "lc", "teo", "ccc", "sas", "asa", "na", "nl",
    "lp",
)  # fmt: skip
"""Forms that are words, states or initials too: `Serenity Spa` is perhaps not `Serenity`."""

SURE_FORM: Final = "|".join(sorted(LEGAL_FORMS.keys() - set(ALSO_WORDS), key=lambda form: (-len(form), form)))
"""A pattern of the forms that are nothing else."""
