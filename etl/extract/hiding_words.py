"""Words of a portal that say, or may say, that a client does not see an invoice: void, deleted, draft, hidden, not yet.

The patterns fit both engines. Those for `words` read one space between two words; those for `written` read the text in
lower case as it is, because what stands between two words decides: `Voided check` is about a check, `Void - check` is
about the invoice.
"""

from __future__ import annotations

from typing import Final

from etl.extract.profiles.document_terms import SHOWN_WORDS

_WHOLE: Final = (
    "void|voids|voiding|cancel|delete|hide|in ?draft|draft|drafts|drafted|removed|nulled|annulled|null"
    "|private|internal|confidential|archived|inactive|disabled|unlisted|trash|bin|on hold|held|blocked|obsolete|intern"
    "|interne|interno|interna|bozza|bozze|nullo|nulla|cach(?:é|e|ée|és|ées)|privé|privée|privat|privado|privada"
    "|(?:staff|admins?|office|provider|management) only|only (?:for |to |visible to )?(?:staff|admins?|us)"
)
"""Words that count as they are."""
_BEGUN: Final = (
    "voided|cancell?(?:ed|ation)|cancelad|cancellat|deleted|deletion|hidden|unpublish|unreleas|undeliver|unsent"
    "|unshar|unapprov|unsync|unposted|invisib|unviewable|inaccessib|unavailab|withheld|suppress|conceal|deactivat"
    "|supersed|nullif|revoked|retracted|recalled|withdrawn|rescinded|suspend|purged|trashed|discarded|excluded"
    "|storn|annul|anulad|gel(?:.{1,2})sch|entfern|entw(?:.{1,2})rf|ausgeblend|verst?eck|verborgen|unsichtbar"
    "|ung(?:.{1,2})ltig|unver(?:.{1,2})ffentlicht|archiviert|deaktivier|gesperrt|zur(?:.{1,2})ckgezogen"
    "|supprim|masqu|brouillon|retiré|archivé|désactiv|inactif|eliminad|borrad|ocult|escondid|archivad|desactivad"
    "|retirad|exclu[ií]d|rascunho|invis[ií]|eliminat|nascost|archiviat|disattivat|ritirat|geannul|verwijder|concept"
    "|onzichtbaar|gearchiveerd|ingetrokken"
)
"""Words that count with any ending."""
_FILLING: Final = (
    "yet|been|be|being|is|are|was|currently|to|fully|ist|wurde|wird|encore|est|été|aún|ha|sido|está|ancora|stat[oa]"
    "|ainda|foi|nog|is|the|in|on|client|customer"
)
_NO: Final = (
    f"(?:not|no|never|un|do not|dont|isnt|wasnt|hasnt|arent|can not|cannot|cant|yet to be|no longer"
    "|nicht|sin|ohne|sans|nie|noch nicht|non|pas|jamais|nunca"
    f"|não|nao|niet|nooit)(?: (?:{_FILLING}))*"
)
_SEEN: Final = (
    "visib|publish|shown|display|releas|viewable|accessib|deliver|sent|issued|upload|sync|shar(?:ed|ing)|availab"
    "|approv|posted|live|online|public|listed|activ[aeoé]|portal|enabled|exported|finali"
    "|sichtbar|ver(?:.{1,2})ffentlicht|freigegeben|gesendet|versendet|versandt|verschickt|angezeigt|verf(?:.{1,2})gbar"
    "|genehmigt|zugestellt|geteilt|aktiv|publi|affich|envoy|transmi|partag|disponi|valid|approuv|émis"
    "|mostrad|enviad|compartid|aprob|emitid|sincroni|entregad|vis[ií]v|aprov|pubblic|mostrat|inviat|condivis|attiv"
    "|emess|zichtbaar|gepubliceerd|vrijgegeven|getoond|verzonden|beschikbaar|goedgekeurd|gedeeld|actief"
)
_FLAGS: Final = "show|view|access|visibility|sichtbarkeit"
_REACHED: Final = "show|view(?: |$)|access|found|envi|for (?:the )?(?:client|customer)|be (?:seen|viewed)|see(?: |$)"
_NO_ANSWER: Final = r"(?:no|false|off|none|nobody|no one|0|n|nein|aus|non|nee|não|nao|niemand|nessuno|nadie|personne)"
_RELEASE: Final = (
    "publi|releas|approv|review|sync|upload|send|deliver|export|import|ver(?:.{1,2})ffentlich|freigabe|genehmig|versand"
    "|prüfung|valid|approb|envo[iy]|aprob|envio|envío|aprov|pubblic|inviare|invio|goedkeuring|verzending|publicatie"
)
_WAITING: Final = (
    "(?:pending|awaits?|awaiting|waiting|waits|scheduled?|queued|needs?|requires?|ready|before|until|to be|in|under|for"
    "|wartet|warten|ausstehend|vor|zur?|en attente|attente|à|pendiente|por|pendente|da|in attesa|attesa|wacht|te)"
    "(?: (?:for|to|be|of|on|the|client|customer|internal|final|manager|auf|d|de|la|le|l|di|op))*"
)
_WAITED_FOR: Final = (
    "(?:pending|awaited|required|requested|needed|scheduled|queued|outstanding|ausstehend|requise?|pendiente|pendente)"
)
_BROKEN: Final = r"(?:fail|error|reject|refus|fehl|erreur|échec|errore|mislukt|rechazad|rejeitad|rifiutat)"

HIDING: Final[tuple[str, ...]] = (
    rf"(?:^| )(?:is)?(?:{_WHOLE})(?:[^\p{{L}}\p{{M}}]|$)",
    f"(?:^| )(?:is)?(?:{_BEGUN})",
    "^(?:invoice |is )*revers(?:ed|al)(?: |$)",
    f"(?:^| ){_NO} (?:{_SEEN}|{_REACHED})",
    "(?:^| )access (?:denied|revoked|blocked|removed)(?: |$)",
    rf"(?:^| )(?:is)?(?:(?:{_SEEN})[^ ]*|{_FLAGS})(?: [^ ]+){{0,3}} {_NO_ANSWER}\??(?: (?:client|customer|portal)s?)*$",
    f"(?:^| ){_WAITING} ?d?(?:{_RELEASE})",
    f"(?:^| )(?:{_RELEASE})[^ ]*(?: is| still)* {_WAITED_FOR}",
    f"(?:^| )(?:{_RELEASE}|posting|portal|invoice)[^ ]* (?:has |was |is |been )*{_BROKEN}",
    f"(?:^| ){_BROKEN}[^ ]*(?: (?:to|in|at|during|the|on|beim?))* (?:{_RELEASE}|post|portal)",
    f"^(?:{_BROKEN}[^ ]*|missing)$",
)
"""For `words`: whoever reads this must understand more before saying that the client sees the invoice."""

_GONE: Final = rf"(?:is)?(?:{_WHOLE}|revers(?:ed|al)|(?:{_BEGUN})[^ ?\x{{ff1f}}\x{{61f}}]*)"
_ASIDE: Final = f"(?:{SHOWN_WORDS}|open|invoice|is|was|has|been|the|by|client|customer|on|at|[0-9]+)"
_ACTION: Final = "(?:void(?:ed|ing)?|cancell?(?:ed|ation)|cancel|delet(?:e|ed|ion)|revers(?:ed|al)|removal|removed)"
DENIED: Final = (
    f"^(?:{_ASIDE} )*{_GONE}(?: (?:from|to|for|in|clients?|customers?|portal))* (?:no|false|off|0|nein|non|nee|não)$"
    f"|^(?:{_ASIDE} )*(?:{_NO} {_GONE}"
    f"|{_ACTION} (?:request |is |still )*(?:pending|requested|request|failed|declined|rejected|error|undone)"
    f")(?: {_ASIDE})*$"
)
"""For `words`: it is not gone, or somebody only asked for that."""

_PAYMENTS: Final = (
    "auto[ -]?pay(?:ments?)?|(?:pre)?payments?|(?:credit |debit )?cards?|che(?:ck|que)s?|ach|eft|transactions?"
    "|direct debits?|refunds?|deposits?|collections?|reminders?|dunning|e-?mails?|notifications?|notices?|letters?"
    "|(?:late )?fees?|surcharges?|disputes?|payment (?:plan|method|link|schedule|request)s?|discounts?"
    "|zahlung(?:en)?|karten?|lastschrift|schecks?|mahnung(?:en)?|erinnerung(?:en)?|paiements?|cartes?|chèques?"
    "|prélèvements?|relances?|rappels?|pagos?|tarjetas?|recordatorios?|pagamento|pagamenti|assegn[oi]|promemoria"
    "|cartão|lembretes?|betaling(?:en)?|kaart|herinnering(?:en)?"
)
_THING: Final = f"(?:{_PAYMENTS})(?: (?:{_PAYMENTS}))*"
_LINKS: Final = (
    "(?: (?:from|the|for|to|on|a|an|my|all|any|saved|stored|last|first|yet|of|von|vom|der|die|das|du|des|de|la|le|el"
    "|del|da|do|il))*"
)
_LINKED: Final = "is|was|being|still|in|on|under|to|for|the|has|been"
_TROUBLED: Final = (
    "awaiting|pending|scheduled|queued|approval|review|sync"
    "|syncing|failed|failing|failure|error|rejected|declined|hold|suspended|blocked|disputed|returned|confirmation"
    "|release|delivery|delivered|sent|posting|post"
)
_TROUBLE: Final = f"(?: (?:{_LINKED}))* (?:{_TROUBLED})(?: (?:{_LINKED}|{_TROUBLED}))*"
_OWED: Final = "(?:paid|unpaid|due|past due|overdue|outstanding|(?:partially|partly) paid)"
_STILL: Final = "(?: (?:is|was|were|has|have|been|got|ist|wurde|est|été))*"
_MARKS: Final = r"[^\p{L}\p{M}\p{N}?\x{ff1f}\x{61f}]+"
OTHER_THING: Final = (
    f"^(?:(?:{_ASIDE}|{_OWED}){_MARKS})*(?:(?:the|your|a) )?(?:{_GONE}{_LINKS} {_THING}"
    f"|{_NO} (?:{_SEEN})[^ ]* (?:by|via|per|with|through) {_THING}|{_NO} (?:{_SEEN})[^ ]*{_LINKS} {_THING}"
    f"|(?:no )?{_THING}:?{_STILL} (?:{_NO} )?(?:{_GONE}|(?:{_SEEN})[^ ]*)|{_THING}:?{_TROUBLE}"
    rf")(?:{_MARKS}(?:{_ASIDE}|{_OWED}))*[.!)\]]*$"
    rf"|^{_THING}:? (?:on|off)$"
)
"""For `written`: a payment, a card, a check, a reminder or an e-mail is gone or not sent, not the invoice."""
