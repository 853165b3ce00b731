// What the page says after an act: whose decisions changed, how many, and to what.
import { count, day, plural } from "./format.js";
import { untilOf, WORDS } from "./store.js";

const MOST_NAMED = 3;
const DAY = 86_400_000;

/** A name or an id, fenced off so that right-to-left text stays in its place. */
const fenced = (text) => `\u2068${text}\u2069`;

/** A customer or company by its name, with its id where that is another text. */
const called = (name, id) => (name && name !== id ? `${fenced(name)} (${fenced(id)})` : fenced(id));

export const customerWords = (review) => called(review.name, review.id);

/** The first customers by name, and how many more. */
const listed = (reviews) => {
  const more = reviews.length - MOST_NAMED;
  return `${reviews.slice(0, MOST_NAMED).map(customerWords).join(", ")}${more > 0 ? ` and ${count(more)} more` : ""}`;
};

const candidateWords = (number) => (number === 1 ? "the candidate" : number === 2 ? "both candidates" : `all ${count(number)} candidates`);

/** `Approved: Acme Inc (17) is Acme LLC (CW-41120)`. */
export const decidedWords = (review, decision, companies) => {
  const customer = customerWords(review);
  if (decision.word === "reject") return `Rejected: ${candidateWords(decision.companies.length)} of ${customer}`;
  if (decision.word === "exclude") return `Excluded: ${customer} is not a customer`;
  if (decision.word === "snooze") return `Snoozed until ${day(Date.parse(untilOf(decision)) / DAY)}: ${customer}`;
  if (decision.word === "unsure") return `Marked as unsure: ${customer}`;
  const company = review.candidates.find((each) => each.companyId === decision.companyId) ?? companies.get(decision.companyId);
  return `${WORDS[decision.word]}: ${customer} is ${called(company?.name, `CW-${decision.companyId}`)}`;
};

/** What a bulk approval did; some may have been decided in another tab since they were listed. */
export const bulkWords = (reviews, lost) => {
  const others = lost ? `${plural(lost, "customer was", "customers were")} decided in another tab meanwhile` : "";
  if (!reviews.length) return `Nothing was approved: ${others}`;
  return `Approved the best candidate of ${plural(reviews.length, "customer", "customers")}: ${listed(reviews)}${others ? `. ${others}` : ""}`;
};

const cleared = (changes) => {
  const reviews = changes.map(({ review }) => review);
  return reviews.length === 1 ? `${customerWords(reviews[0])} is undecided again` : `${count(reviews.length)} customers are undecided again: ${listed(reviews)}`;
};

const restored = (changes) => {
  const [{ review, before }] = changes;
  if (changes.length === 1) return `${customerWords(review)} is ${WORDS[before.word].toLowerCase()} again`;
  return `${count(changes.length)} customers have their earlier decisions again: ${listed(changes.map((change) => change.review))}`;
};

/** What an undo took back: `own` changes, and how many others another tab has replaced since. */
export const undoneWords = ({ own, others }) => {
  const [before, none] = [own.filter((change) => change.before), own.filter((change) => !change.before)];
  return [
    own.length ? "Undone" : "Nothing was undone",
    none.length ? cleared(none) : null,
    before.length ? restored(before) : null,
    others ? `${plural(others, "decision was", "decisions were")} changed in another tab meanwhile and ${others === 1 ? "stays" : "stay"}` : null,
  ].filter(Boolean).join(". ");
};
