// All invoices of the page, and for the selected one the chain of checks.
import { readers } from "./columns.js";
import { all, byId, idOf, make, named } from "./elements.js";
import { amountsInWords, count, day, money, pastDue, totalled } from "./format.js";
import { gridIn } from "./grid.js";

const ORDER = ["blocked", "waiting", "unknown", "visible", "expected"];
const STAGES = { existence: "It is an open invoice", identity: "Its customer is mapped", transport: "It is in the portal", access: "Somebody can see it" };

const codes = (text) => (text ? text.split(" ") : []);

const tableOf = (content) => {
  const [rows, customers] = [readers(content.invoices), readers(content.customers)];
  const of = (name) => (row) => (rows.customer(row) === null ? null : customers[name](rows.customer(row)));
  const due = (row) => (rows.term_days(row) === null ? rows.due_alone(row) : rows.invoice_date(row) + rows.term_days(row));
  return {
    ...rows, due_date: due, days_past_due: (row) => (due(row) === null ? null : content.today - due(row)),
    total_amount: (row) => (rows.paid_amount(row) === null ? rows.total_alone(row) : rows.balance_amount(row) + rows.paid_amount(row)),
    customer_name: of("customer_name"), customer_id_acct: of("customer_id_acct"), company_name: of("company_name"),
    company_id_cw: of("company_id_cw"),
    title: (row) => content.causes[rows.primary_cause(row)]?.title ?? (codes(rows.unknown_checks(row)).length ? "Could not be checked" : ""),
  };
};

const sorted = (table) => {
  const places = new Map(ORDER.map((state, place) => [state, place]));
  const keys = Float64Array.from({ length: table.rows }, (_, row) => places.get(table.state(row)) ?? ORDER.length);
  const amounts = Float64Array.from({ length: table.rows }, (_, row) => table.balance_amount(row));
  return Array.from({ length: table.rows }, (_, row) => row).sort((a, b) => keys[a] - keys[b] || amounts[b] - amounts[a] || a - b);
};

const stateWord = (state, words) => make("span", { class: `state ${state}` }, words[state] ?? state);

const namesCell = (table) => ({ value, data: { row } }) => {
  const more = codes(table.causes(row)).length - 1;
  return make("span", { class: "names" }, make("strong", {}, named(value)), make("span", { class: "meta" }, table.title(row) || "nothing", more > 0 ? ` +${more}` : ""));
};

const columnsOf = (table, words) => [
  { headerName: "State", colId: "state", width: 108, valueGetter: ({ data }) => table.state(data.row), cellRenderer: ({ value }) => stateWord(value, words) },
  { headerName: "Invoice", colId: "number", width: 104, valueGetter: ({ data }) => table.invoice_number(data.row) ?? "", cellRenderer: ({ value }) => named(value, "no number") },
  { headerName: "Customer, and what is wrong", colId: "customer", flex: 1, minWidth: 180, valueGetter: ({ data }) => table.customer_name(data.row) ?? "", cellRenderer: namesCell(table) },
  { headerName: "Due", colId: "due", width: 122, valueGetter: ({ data }) => table.due_date(data.row), valueFormatter: ({ value }) => (value === null ? "no date" : day(value)) },
  { headerName: "Balance", colId: "balance", width: 124, type: "rightAligned", valueGetter: ({ data }) => table.balance_amount(data.row), valueFormatter: ({ value, data }) => (value === null ? "not known" : money(value, table.currency_code(data.row))) },
];

const amountsOf = (table, row) => {
  const [balance, total] = [table.balance_amount(row), table.total_amount(row)].map((amount) => (amount === null ? null : money(amount, table.currency_code(row))));
  if (balance === null) return ["Open balance not known", `, total ${total}`];
  return [balance, total === null ? " open, total not known" : ` open of ${total}`];
};

const UNADVISED = "A person decided that nobody at this client gets access: no fix is advised.";

const fixOf = (cause) => [make("p", { class: "meta" }, cause.fix_current), cause.fix_legacy === cause.fix_current ? null : make("p", { class: "meta" }, `Legacy portal: ${cause.fix_legacy}`)];

const stageOf = (stage, { failed, unknown, isReached, isAdvised }) => {
  const [verdict, mark] = failed.length ? ["no", "\u2717"] : unknown.length ? ["not known", "?"] : isReached ? ["yes", "\u2713"] : ["not judged", "\u2013"];
  return make("li", { class: `stage ${verdict.replace(" ", "-")}` },
    make("p", {}, make("span", { class: "mark", "aria-hidden": "true" }, mark), " ", make("strong", {}, STAGES[stage]), `: ${verdict}`),
    ...[...failed, ...unknown].map((cause) => make("div", { class: "why" }, make("p", {}, cause.title, isAdvised ? make("span", { class: "meta" }, ` ${cause.who}`) : null), ...(isAdvised ? fixOf(cause) : [make("p", { class: "meta" }, UNADVISED)]))));
};

const chain = (table, row, content) => {
  const [failed, unknown] = [table.causes, table.unknown_checks].map((column) => codes(column(row)).map((code) => content.causes[code]).filter(Boolean));
  const real = failed.filter((cause) => cause.kind !== "remark");
  const remarks = failed.filter((cause) => cause.kind === "remark");
  const state = table.state(row);
  const isUnadvised = content.nobody.includes(table.company_id_cw(row)) && real.some((cause) => cause.stage === "access");
  const at = (causes, stage) => causes.filter((cause) => cause.stage === stage);
  return [
    make("ol", { class: "stages" }, ...content.stages.map((stage, place) => stageOf(stage, { failed: at(real, stage), unknown: at(unknown, stage), isReached: state !== "expected" || !place, isAdvised: stage !== "access" || !isUnadvised }))),
    state === "blocked" && !isUnadvised ? make("p", { class: "note" }, table.is_freed(row) ? "The fix of the first cause alone frees it." : "The fix of the first cause alone does not free it.") : null,
    ...remarks.map((cause) => make("p", { class: "note" }, `Remark: ${cause.title}. ${cause.fix_current}`)),
  ];
};

const detail = (place, { table, row, content, words }) => {
  if (row === null) { place.replaceChildren(make("p", { class: "note" }, "Choose an invoice to see its chain of checks.")); return; }
  place.replaceChildren(...[
    make("h3", {}, named(table.invoice_number(row), "no number"), " ", idOf(table.invoice_id_acct(row)), " ", stateWord(table.state(row), words)),
    make("p", {}, named(table.customer_name(row)), " ", idOf(table.customer_id_acct(row) ?? "")),
    make("p", { class: "meta" }, table.company_id_cw(row) ? ["in ConnectWise: ", named(table.company_name(row)), " ", idOf(table.company_id_cw(row))] : "not mapped"),
    make("p", {}, make("strong", {}, amountsOf(table, row)[0]), `${amountsOf(table, row)[1]}, ${pastDue(table.days_past_due(row))}`),
    ...chain(table, row, content),
  ].filter(Boolean));
};

const filterOf = (form, table) => {
  const field = (id) => form.querySelector(`#${id}`);
  const texts = [];
  const textOf = (row) => (texts[row] ??= [table.invoice_number(row), table.invoice_id_acct(row), table.customer_name(row), table.customer_id_acct(row), table.company_name(row)].join("\n").toLowerCase());
  let asked;
  let customer = null;
  const read = () => { asked = { words: field("find").value.toLowerCase().split(/\s+/).filter(Boolean), cause: field("by-cause").value, state: field("by-state").value, currency: field("by-currency").value }; };
  const first = (row) => (table.primary_cause(row) ? [table.primary_cause(row)] : codes(table.unknown_checks(row)));
  read();
  return {
    read,
    customer: () => customer,
    hold(review) { customer = review; },
    isOn: () => Boolean(customer || asked.words.length || asked.cause || asked.state || asked.currency),
    passes: ({ row }) => (!customer || table.customer_id_acct(row) === customer.id) && (!asked.state || table.state(row) === asked.state) && (!asked.currency || table.currency_code(row) === asked.currency)
      && (!asked.cause || first(row).includes(asked.cause)) && asked.words.every((word) => textOf(row).includes(word)),
  };
};

/** Start the list of invoices; `only` shows what a number elsewhere on the page counts. */
export const startInvoices = (content) => {
  const form = byId("filters");
  const words = Object.fromEntries(all("#by-state option", form).map((option) => [option.value, option.textContent]));
  const table = tableOf(content);
  const filter = filterOf(form, table);
  const place = byId("invoice-detail");
  const show = (row) => detail(place, { table, row, content, words });
  const nodes = new Map();
  const api = gridIn(byId("invoice-grid"), "Invoices", {
    rowData: sorted(table).map((row) => ({ row })),
    rowHeight: 54,
    columnDefs: columnsOf(table, words),
    isExternalFilterPresent: filter.isOn,
    doesExternalFilterPass: ({ data }) => filter.passes(data),
    onFocus({ row }) {
      nodes.get(row)?.setSelected(true, true, "api");
      show(row);
    },
  });
  api.forEachNode((node) => nodes.set(node.data.row, node));
  const one = byId("one-customer");
  const apply = () => {
    filter.read();
    one.hidden = !filter.customer();
    one.replaceChildren("Only ", named(filter.customer()?.name), " \u00d7");
    api.onFilterChanged();
    const amounts = [];
    api.forEachNodeAfterFilter(({ data: { row } }) => amounts.push({ currency: table.currency_code(row), amount: table.balance_amount(row) }));
    byId("found").textContent = `${count(amounts.length)} of ${count(table.rows)} listed: ${amountsInWords(totalled(amounts))}`;
  };
  form.addEventListener("input", apply);
  one.addEventListener("click", () => { filter.hold(null); apply(); });
  form.addEventListener("reset", () => setTimeout(() => { filter.hold(null); apply(); }));
  form.addEventListener("submit", (event) => event.preventDefault());
  const only = ({ customer = null, cause = "", state = "", currency = "" }) => {
    filter.hold(customer);
    [["find", ""], ["by-cause", cause], ["by-state", state], ["by-currency", currency]].forEach(([id, value]) => { byId(id).value = value; });
    apply();
  };
  show(null);
  apply();
  return { only };
};
