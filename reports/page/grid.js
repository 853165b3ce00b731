// How AG Grid looks and speaks here: our colours, our nonce, cells that know their row.
import { make } from "./elements.js";

const params = {
  backgroundColor: "var(--page)", foregroundColor: "var(--ink)", borderColor: "var(--line)", chromeBackgroundColor: "var(--soft)",
  headerBackgroundColor: "var(--soft)", headerTextColor: "var(--dim)", accentColor: "var(--link)",
  selectedRowBackgroundColor: "var(--go-soft)", rowHoverColor: "var(--soft)", oddRowBackgroundColor: "var(--page)",
  fontFamily: "inherit", fontSize: 13.5, headerFontSize: 12.5, headerFontWeight: 600, spacing: 6, rowHeight: 38, headerHeight: 38,
  wrapperBorderRadius: 8, browserColorScheme: "inherit",
};

// where scroll bars lie over the content, the last column must stay clear of them
const clear = (columns) => [...columns.slice(0, -1), { ...columns.at(-1), width: columns.at(-1).width + 10, cellClass: ["ag-right-aligned-cell", "last"], headerClass: ["ag-right-aligned-header", "last"] }];

// one row is selected at a time, so there is no selecting all
const isSelectAll = ({ event }) => (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a";

const plain = ({ value, valueFormatted }) => make("span", {}, valueFormatted ?? value ?? "");

/** What cell shows which row is noted when the cell is drawn: read back from the page, a text may be another one. */
const noting = (rowOf) => ({ cellRenderer: render = plain, ...column }) => ({
  ...column,
  cellRenderer: (cell) => {
    rowOf.set(cell.eGridCell, cell.data);
    return render(cell);
  },
});

/**
 * A grid in a place of the page; the nonce is the one that the page's policy allows styles by. `onFocus` gets the row
 * that the browser's focus comes to: the grid's own events come late, when another row may be selected by now.
 */
export const gridIn = (place, label, { onFocus, ...options }) => {
  const { createGrid, themeQuartz } = window.billsightGrid;
  const rowOf = new WeakMap();
  place.setAttribute("aria-label", label);
  place.addEventListener("focusin", ({ target }) => {
    const row = rowOf.get(target.closest(".ag-cell"));
    if (row) onFocus(row);
  });
  // the grid would take the mark off its row, and the browser would scroll
  place.addEventListener("keydown", (event) => {
    if (event.key !== " " || !event.target.closest(".ag-cell")) return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });
  return createGrid(place, {
    theme: themeQuartz.withParams(params),
    styleNonce: document.querySelector("style").nonce,
    suppressColumnMoveAnimation: true,
    animateRows: false,
    // its overlays are made from text as markup, which the policy refuses: what is around the list says that nothing matches
    suppressOverlays: ["loading", "noRows", "noMatchingRows", "exporting"],
    suppressDragLeaveHidesColumns: true,
    ensureDomOrder: true,
    defaultColDef: { resizable: true, sortable: true, suppressHeaderMenuButton: true, suppressMovable: true, suppressKeyboardEvent: isSelectAll, sortingOrder: ["desc", "asc", null] },
    rowSelection: { mode: "singleRow", checkboxes: false, enableClickSelection: false },
    ...options,
    columnDefs: clear(options.columnDefs).map(noting(rowOf)),
  });
};
