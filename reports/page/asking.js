// Which decisions are asked about before they are made, and the words of the question. Enter answers none of them.
import { idOf, make, named } from "./elements.js";
import { count } from "./format.js";
import { alikeTo, weaknesses } from "./reviews.js";
import { isSame, WORDS } from "./store.js";

const MOST_ALIKE = 5;

/** What tells companies of the same name apart: the record, its Company ID, its place. */
export const described = (company) => [
  named(company.name), " ", idOf(`CW-${company.companyId ?? company.id}`), " ",
  make("span", { class: "meta line" }, "Company ID ", named(company.identifier, "none"), " \u00b7 ", named(company.city, "no place"),
    company.isDeleted ? " \u00b7 recycle bin" : "", company.isInactive ? " \u00b7 inactive" : ""),
];

/** What the import asks for, where a company is chosen that was not proposed. */
export const importWords = (bands) =>
  bands.allow_override
    ? "The import accepts it because allow_override is set under [review]."
    : "The import accepts it only with billsight mappings import --allow-override, or with allow_override = true under [review].";

/** The decision in words: `Approved: Acme LLC`. */
export const decisionWords = (decision, review, companies) => {
  const company = decision.companyId && (review.candidates.find((each) => each.companyId === decision.companyId) ?? companies.get(decision.companyId));
  return `${WORDS[decision.word]}${company ? `: ${company.name || `CW-${decision.companyId}`}` : ""}`;
};

/** The question that comes before a decision; null where none is needed. */
export const questionOf = ({ review, chosen, decision, held, bands }) => {
  const isMapping = decision.word === "approve" || decision.word === "override";
  const why = decision.word === "approve" ? weaknesses(review, chosen.candidate, bands) : [];
  const isAsked = why.length > 0 || decision.word === "override" || (held !== null && !isSame(held, decision));
  return isAsked ? { review, decision, held, why, company: isMapping ? chosen.candidate ?? chosen.other : null } : null;
};

/** Companies that fit about equally well, told apart; the first is marked where it is the chosen one. */
export const twins = (companies, { isChosen }) => {
  const more = companies.length - MOST_ALIKE;
  const label = (place) => (isChosen ? make("strong", {}, place ? "Or: " : "Chosen: ") : null);
  return make("ul", { class: "twins" },
    ...companies.slice(0, MOST_ALIKE).map((company, place) => make("li", {}, label(place), ...described(company))),
    more > 0 ? make("li", { class: "meta" }, `and ${count(more)} more`) : null);
};

/** The question, ready to be shown. */
export const askingWords = (asking, companies, bands) => {
  const { review, decision, held, why, company } = asking;
  const replaced = held && make("p", {}, named(review.name), " is already decided: ", make("strong", {}, decisionWords(held, review, companies)), `. Replace that with \u201c${WORDS[decision.word]}\u201d?`);
  if (!company) return [replaced];
  const alike = alikeTo(review, company, bands);
  const unproposed = decision.word === "override" ? `This company was not proposed: there is no evidence for it. ${importWords(bands)}` : null;
  return [
    replaced,
    why.length ? make("p", {}, `Weak suggestion: ${why.join("; ")}.`) : null,
    unproposed && make("p", {}, unproposed),
    make("p", {}, "Map ", named(review.name), alike.length > 1 ? ` to the first of these ${count(alike.length)} companies?` : " to this company?"),
    twins(alike, { isChosen: true }),
  ].filter(Boolean);
};
