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
  open: ["Undecided", (review) => !store.decision(review.id)],
  strong: ["Strong", (review) => isStrong(review, best(review), bands)],
  weak: ["Weak", (review) => best(review) && weaknesses(review, best(review), bands).length > 0],
  none: ["No candidate", (review) => !best(review)],
  conflict: ["Conflict", (review) => Boolean(review.conflictId)],
  decided: ["Decided", (review) => Boolean(store.decision(review.id)) && store.decision(review.id).word !== "snooze"],
  snoozed: ["Snoozed", (review) => store.decision(review.id)?.word === "snooze"],
});

const decisionCell = (store) => ({ data }) => {
  const decision = store.decision(data.id);
  return decision ? make("span", { class: `decision ${decision.word}` }, WORDS[decision.word]) : make("span", { class: "none" }, "open");
};

const amountCell = ({ data: { review } }) => {
  const [first, ...more] = [...review.amounts].sort((a, b) => Number(b.amount) - Number(a.amount));
  return first ? make("span", {}, money(first.amount, first.currency), more.length ? make("span", { class: "more" }, ` +${more.length}`) : null) : make("span", { class: "none" }, "none");
};

// one name above the other: that is how a difference is seen
const namesCell = ({ data: { review } }) =>
  make("span", { class: "names" }, make("strong", {}, named(review.name)), make("span", { class: "meta" }, best(review) ? ["\u2192 ", named(best(review).name)] : "\u2192 no candidate"));

const leadWords = ({ value, data: { review } }) => (value === null ? "\u2013" : review.candidates.length === 1 ? "alone" : certainty(value));

const columnsOf = (store, bands) => [
  { headerName: "Decision", colId: "decision", width: 112, pinned: "left", valueGetter: ({ data }) => WORDS[store.decision(data.id)?.word] ?? "", cellRenderer: decisionCell(store) },
  { headerName: "Accounting customer \u2192 best candidate", colId: "customer", flex: 1, minWidth: 200, valueGetter: ({ data }) => data.review.name, cellRenderer: namesCell },
  { headerName: "Blocked", colId: "blocked", width: 126, type: "rightAligned", valueGetter: ({ data }) => data.review.largest, cellRenderer: amountCell },
  { headerName: "Certain", colId: "certainty", width: 86, type: "rightAligned", valueGetter: ({ data }) => best(data.review)?.certainty ?? null, valueFormatter: ({ value }) => (value === null ? "\u2013" : certainty(value)) },
  { headerName: "Lead", colId: "lead", width: 86, type: "rightAligned", valueGetter: ({ data }) => (best(data.review) ? leadOf(data.review, best(data.review)) : null), valueFormatter: leadWords,
    cellClassRules: { "is-weak": ({ value }) => value !== null && value < bands.lead } },
];

/** The list in its place: `shown()` are the ids in the order on the screen, `narrow()` reads the filters anew. */
export const queueIn = (place, store, { bands, passes }) => {
  let shownSelection;
  const rowData = store.reviews.map((review) => ({ id: review.id, review }));
  const api = gridIn(place, "Customers whose mapping is to be decided", {
    rowData,
    rowHeight: 54,
    columnDefs: columnsOf(store, bands),
    getRowId: ({ data }) => data.id,
    isExternalFilterPresent: () => true,
    doesExternalFilterPass: ({ data }) => passes(data.review),
  });
  // the grid's own events come late, when another row may be selected by now; the browser's focus is never late
  place.addEventListener("focusin", ({ target }) => {
    const id = target.closest(".ag-row")?.getAttribute("row-id");
    if (id) store.select(id);
  });
  const shown = () => {
    const ids = [];
    api.forEachNodeAfterFilterAndSort((node) => ids.push(node.id));
    return ids;
  };
  const hold = () => {
    const { selected } = store.state;
    const node = selected === null ? null : api.getRowNode(selected);
    if (shownSelection !== undefined && shownSelection !== selected) api.getRowNode(shownSelection ?? "")?.setSelected(false, false, "api");
    node?.setSelected(true, true, "api");
    shownSelection = selected;
    if (node?.rowIndex !== null && node?.rowIndex !== undefined) {
      api.ensureIndexVisible(node.rowIndex);
      if (place.contains(document.activeElement)) api.setFocusedCell(node.rowIndex, "customer");
    }
  };
  const narrow = () => {
    api.onFilterChanged();
    const ids = shown();
    if (!ids.includes(store.state.selected)) store.select(ids[0] ?? null);
    hold();
  };
  return {
    shown, narrow,
    show() {
      api.refreshCells({ force: true, columns: ["decision"] });
      narrow();
    },
    focus() {
      const index = api.getRowNode(store.state.selected ?? "")?.rowIndex;
      if (index !== null && index !== undefined) api.setFocusedCell(index, "customer");
    },
  };
};
