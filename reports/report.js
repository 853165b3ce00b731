"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);

  // the reader's own way of writing numbers and dates; what cannot be written so stays as it is
  const cached = (make) => {
    const made = new Map();
    return (key) => {
      if (!made.has(key)) made.set(key, make(key));
      return made.get(key);
    };
  };
  const decimals = (value) => (value.split(".")[1] || "").replace(/0+$/, "").length;
  const moneyFormat = cached((key) => {
    const [currency, places] = key.split(" ");
    const usual = new Intl.NumberFormat(undefined, { style: "currency", currency }).resolvedOptions();
    const digits = Math.max(usual.minimumFractionDigits, Number(places));
    return new Intl.NumberFormat(undefined, { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits });
  });
  const write = (selector, words) => {
    for (const element of all(selector)) {
      try {
        const text = words(element);
        if (text) element.textContent = text;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
  };
  write("data.money", ({ value, dataset }) =>
    dataset.currency === "XXX" ? null : moneyFormat(`${dataset.currency} ${decimals(value)}`).format(value));
  const whole = new Intl.NumberFormat();
  write("data.count", ({ value }) => whole.format(value));
  const percent = new Intl.NumberFormat(undefined, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
  write("data.share", ({ value }) => percent.format(value));
  const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
  write("time.day", ({ dateTime }) => dayFormat.format(new Date(`${dateTime}T00:00:00Z`)));
  const instantFormat = new Intl.DateTimeFormat(undefined, {
    year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  });
  write("time.instant", (element) => {
    element.title = element.textContent;
    return instantFormat.format(new Date(element.dateTime));
  });

  const print = byId("print");
  print.hidden = false;
  print.addEventListener("click", () => window.print());

  // a link to something that is folded away opens it
  const reveal = () => {
    const target = location.hash.startsWith("#fix-") && byId(location.hash.slice(1));
    if (target) target.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();

  // finding invoices
  const form = byId("filters");
  if (!form) return;
  form.hidden = false;
  const [find, byCause, byState, byCurrency, found] = ["find", "by-cause", "by-state", "by-currency", "found"].map(byId);
  const rows = all("#rows > tr").map((row) => ({
    row,
    text: [...row.cells].filter((_, place) => place < 2).map((cell) => cell.textContent).join(" ").toLowerCase(),
    causes: row.dataset.causes.split(" "),
    state: row.dataset.state,
    currency: row.dataset.currency,
  }));
  const filter = () => {
    const terms = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text, causes, state, currency } of rows) {
      const isShown =
        terms.every((term) => text.includes(term)) &&
        (!byCause.value || causes.includes(byCause.value)) &&
        (!byState.value || state === byState.value) &&
        (!byCurrency.value || currency === byCurrency.value);
      row.hidden = !isShown;
      shown += isShown;
    }
    found.textContent = `${whole.format(shown)} of ${whole.format(rows.length)} listed`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const link of all("a[data-cause]")) {
    link.addEventListener("click", () => {
      form.reset();
      byCause.value = link.dataset.cause;
      byCurrency.value = link.dataset.currency;
      byState.value = "blocked";
      filter();
    });
  }
  filter();
})();
