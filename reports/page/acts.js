// What a reader can do in the review; keys and buttons end up here.
import { byId } from "./elements.js";
import { plural } from "./format.js";
import { chosenFor } from "./panel.js";
import { weaknesses } from "./reviews.js";
import { WORDS } from "./store.js";

/** This instant as the file of decisions writes it. */
export const now = () => new Date().toISOString().replace(/\.\d+Z$/, "Z");

const nextOpen = (store, shown, changing) => {
  const from = shown.indexOf(store.state.selected);
  const around = [...shown.slice(from + 1), ...shown.slice(0, Math.max(from, 0))];
  return around.find((id) => !store.decision(id) && !changing.has(id)) ?? store.state.selected;
};

const decisionsOf = (review, { candidate, other }) => ({
  approve: other ? { word: "override", companyId: other.id } : candidate && { word: "approve", companyId: candidate.companyId },
  reject: review.candidates.length ? { word: "reject", companies: review.candidates.map((each) => each.companyId) } : null,
  exclude: { word: "exclude" }, unsure: { word: "unsure" }, snooze: { word: "snooze" },
});

const deciding = ({ store, queue, companies, bands, say }, settle) => (word, isSure = false) => {
  const review = store.review();
  if (!review) return;
  const chosen = chosenFor(store, review, companies);
  const decision = decisionsOf(review, chosen)[word];
  if (!decision) {
    say(word === "approve" ? "There is no company to approve: search for one." : "There is no candidate to reject.");
    return;
  }
  if (decision.word === "approve" && !isSure && weaknesses(review, chosen.candidate, bands).length) {
    store.ask(review.id);
    return;
  }
  const wasAsking = store.state.asking !== null;
  settle([[review.id, { ...decision, at: now() }]], `${review.name}: ${WORDS[decision.word].toLowerCase()}`);
  if (wasAsking) queue.focus();
};

const stepping = (store, queue) => (by) => {
  const shown = queue.shown();
  const next = shown[Math.min(Math.max(shown.indexOf(store.state.selected) + by, 0), shown.length - 1)];
  if (next !== undefined) store.select(next);
};

/** The acts by name, and `settle`, which decides several at once and goes on to the next undecided customer. */
export const actsOf = (desk) => {
  const { store, queue, say } = desk;
  const settle = (changes, text) => {
    store.decide(changes, nextOpen(store, queue.shown(), new Map(changes)));
    say(`${text}.`);
  };
  const decide = deciding(desk, settle);
  const step = stepping(store, queue);
  const clear = () => {
    const review = store.review();
    if (!review || !store.decision(review.id)) return;
    store.decide([[review.id, null]]);
    say(`${review.name}: undecided again.`);
  };
  const undo = () => {
    const number = store.undo();
    say(number ? `${plural(number, "decision", "decisions")} taken back.` : "Nothing to take back.");
  };
  const choose = (place) => {
    const candidate = store.review()?.candidates[place - 1];
    if (candidate) store.choose(candidate.companyId);
  };
  const back = () => {
    store.ask(null);
    queue.focus();
  };
  const acts = {
    approve: () => decide("approve"), confirm: () => decide("approve", true), reject: () => decide("reject"),
    exclude: () => decide("exclude"), unsure: () => decide("unsure"), snooze: () => decide("snooze"),
    next: () => step(1), previous: () => step(-1), choose, clear, undo, back, list: () => queue.focus(),
    search: () => byId("company-search").focus(), find: () => byId("queue-find").focus(), note: () => byId("note").focus(),
    help: () => byId("help").showModal(),
  };
  return { acts, settle };
};
