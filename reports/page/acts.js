// What a reader can do in the review; keys and buttons end up here.
import { questionOf } from "./asking.js";
import { byId } from "./elements.js";
import { chosenFor } from "./panel.js";
import { customerWords, decidedWords, undoneWords } from "./said.js";
import { isSame } from "./store.js";

/** This instant as the file of decisions writes it. */
export const now = () => new Date().toISOString().replace(/\.\d+Z$/, "Z");

const nextOpen = (store, shown, changing) => {
  const from = shown.indexOf(store.state.selected);
  const around = [...shown.slice(from + 1), ...shown.slice(0, Math.max(from, 0))];
  return around.find((review) => !store.decision(review) && !changing.has(review)) ?? store.state.selected;
};

const approval = ({ candidate, other }) =>
  other ? { word: "override", companyId: other.id } : candidate && { word: "approve", companyId: candidate.companyId };

const decisionOf = (word, review, chosen) => {
  if (word === "approve") return approval(chosen);
  if (word !== "reject") return { word };
  return review.candidates.length ? { word, companies: review.candidates.map((each) => each.companyId) } : null;
};

/** Why something cannot be decided; null where it can. */
const obstacle = (word, review, { candidate, other }) => {
  if (word === "reject") return review.candidates.length ? null : "There is no candidate to reject.";
  if (word !== "approve") return null;
  const company = candidate ?? other;
  if (!company) return review.candidates.length ? "Several companies fit about equally well. Choose one first: press its number." : "There is no candidate to approve. Search for a company first.";
  return company.isDeleted ? "This company is in the ConnectWise recycle bin, and the import refuses it. Choose another company." : null;
};

const deciding = ({ store, companies, bands, say }, settle) => (word) => {
  const review = store.review();
  if (!review) return;
  const chosen = chosenFor(store, review, { companies, bands });
  const decision = decisionOf(word, review, chosen);
  const held = store.decision(review);
  const why = obstacle(word, review, chosen);
  if (why) { say(why); return; }
  if (isSame(held, decision)) { say(`No change. ${decidedWords(review, held, companies)}.`); return; }
  const question = questionOf({ review, chosen, decision, held, bands });
  if (question) store.ask(question);
  else settle([[review, { ...decision, at: now() }]], decidedWords(review, decision, companies));
};

const stepping = (store, queue) => (by) => {
  const shown = queue.shown();
  const next = shown[Math.min(Math.max(shown.indexOf(store.state.selected) + by, 0), shown.length - 1)];
  if (next !== undefined) store.select(next);
};

/** The acts by name, and `settle`, which decides several at once and goes on to the next undecided customer. */
export const actsOf = (desk) => {
  const { store, queue, companies, say } = desk;
  const settle = (changes, text) => {
    store.decide(changes, nextOpen(store, queue.shown(), new Map(changes)));
    say(`${text}.`);
  };
  const decide = deciding(desk, settle);
  const step = stepping(store, queue);
  const clear = () => {
    const review = store.review();
    if (!review || !store.decision(review)) return;
    store.decide([[review, null]]);
    say(`Cleared: ${customerWords(review)} is undecided again.`);
  };
  const undo = () => {
    const undone = store.undo();
    say(undone ? `${undoneWords(undone)}.` : "There is nothing to undo.");
  };
  const choose = (place) => {
    const candidate = store.review()?.candidates[place - 1];
    if (candidate) store.choose(candidate.companyId);
  };
  // what was asked is what is decided
  const confirm = () => {
    const { asking } = store.state;
    if (!asking) return;
    settle([[asking.review, { ...asking.decision, at: now() }]], decidedWords(asking.review, asking.decision, companies));
    queue.focus();
  };
  const back = () => {
    store.ask(null);
    queue.focus();
  };
  const acts = {
    approve: () => decide("approve"), reject: () => decide("reject"), exclude: () => decide("exclude"),
    unsure: () => decide("unsure"), snooze: () => decide("snooze"), confirm, clear, undo, back, choose,
    next: () => step(1), previous: () => step(-1), list: () => queue.focus(),
    search: () => byId("company-search").focus(), find: () => byId("queue-find").focus(), note: () => byId("note").focus(),
    help: () => byId("help").showModal(),
  };
  return { acts, settle };
};
