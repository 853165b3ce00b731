// The list of customers to decide. It shows what the store says; clicks and arrows only ask the store.
import { certainty, money } from "./format.js";
import { gridIn } from "./grid.js";
import { make, named } from "./elements.js";
import { isStrong, leadOf, weaknesses } from "./reviews.js";
import { WORDS } from "./store.js";

const best = (review) => review.candidates[0] ?? null;

/** What the list can be narrowed down to. */
export const facetsOf = (store, bands) => ({
  all: ["All", () => true],
  open: ["Undecided", (review) => !store.decision(review)],
  strong: ["Strong", (review) => isStrong(review, best(review), bands)],
  weak: ["Weak", (review) => best(review) && weaknesses(review, best(review), bands).length > 0],
  none: ["No candidate", (review) => !best(review)],
  conflict: ["Conflict", (review) => Boolean(review.conflictId)],
  decided: ["Decided", (review) => Boolean(store.decision(review)) && store.decision(review).word !== "snooze"],
  snoozed: ["Snoozed", (review) => store.decision(review)?.word === "snooze"],
});

const decisionCell = (store) => ({ data: review }) => {
  const decision = store.decision(review);
  return decision ? make("span", { class: `decision ${decision.word}` }, WORDS[decision.word]) : make("span", { class: "none" }, "open");
};

const amountCell = ({ data: review }) => {
  const [first, ...more] = [...review.amounts].sort((a, b) => Number(b.amount) - Number(a.amount));
  return first ? make("span", {}, first.amount === null ? "not known" : money(first.amount, first.currency), more.length ? make("span", { class: "more" }, ` +${more.length}`) : null) : make("span", { class: "none" }, "none");
};

// one name above the other: that is how a difference is seen
const namesCell = ({ data: review }) =>
  make("span", { class: "names" }, make("strong", {}, named(review.name)), make("span", { class: "meta" }, best(review) ? ["\u2192 ", named(best(review).name)] : "\u2192 no candidate"));

const leadWords = ({ value, data: review }) => (value === null ? "\u2013" : review.candidates.length === 1 ? "only one" : certainty(value));

const columnsOf = (store, bands) => [
  { headerName: "Decision", colId: "decision", width: 112, pinned: "left", valueGetter: ({ data }) => WORDS[store.decision(data)?.word] ?? "", cellRenderer: decisionCell(store) },
  { headerName: "Customer \u2192 best candidate", colId: "customer", flex: 1, minWidth: 200, valueGetter: ({ data }) => data.name, cellRenderer: namesCell },
  { headerName: "Blocked", colId: "blocked", width: 126, type: "rightAligned", valueGetter: ({ data }) => data.largest, cellRenderer: amountCell },
  { headerName: "Certainty", colId: "certainty", width: 96, type: "rightAligned", valueGetter: ({ data }) => best(data)?.certainty ?? null, valueFormatter: ({ value }) => (value === null ? "\u2013" : certainty(value)) },
  { headerName: "Lead", colId: "lead", width: 86, type: "rightAligned", valueGetter: ({ data }) => (best(data) ? leadOf(data, best(data)) : null), valueFormatter: leadWords,
    cellClassRules: { "is-weak": ({ value }) => value !== null && value < bands.lead } },
];

/** The list in its place: `shown()` are the reviews in the order on the screen, `narrow()` reads the filters anew. */
export const queueIn = (place, store, { bands, passes }) => {
  let shownSelection = null;
  const nodes = new Map();
  const api = gridIn(place, "Customers whose mapping is to be decided", {
    rowData: store.reviews,
    rowHeight: 54,
    columnDefs: columnsOf(store, bands),
    isExternalFilterPresent: () => true,
    doesExternalFilterPass: ({ data }) => passes(data),
    onFocus: store.select,
  });
  api.forEachNode((node) => nodes.set(node.data, node));
  const shown = () => {
    const reviews = [];
    api.forEachNodeAfterFilterAndSort((node) => reviews.push(node.data));
    return reviews;
  };
  const placeOf = (review) => nodes.get(review)?.rowIndex ?? null;
  const hold = () => {
    const { selected } = store.state;
    if (shownSelection !== selected) nodes.get(shownSelection)?.setSelected(false, false, "api");
    nodes.get(selected)?.setSelected(true, true, "api");
    shownSelection = selected;
    const index = placeOf(selected);
    if (index === null) return;
    api.ensureIndexVisible(index);
    if (place.contains(document.activeElement)) api.setFocusedCell(index, "customer");
  };
  const narrow = () => {
    api.onFilterChanged();
    const reviews = shown();
    if (!reviews.includes(store.state.selected)) store.select(reviews[0] ?? null);
    hold();
  };
  return {
    shown, narrow,
    show() {
      api.refreshCells({ force: true, columns: ["decision"] });
      narrow();
    },
    focus() {
      const index = placeOf(store.state.selected);
      if (index !== null) api.setFocusedCell(index, "customer");
    },
  };
};
