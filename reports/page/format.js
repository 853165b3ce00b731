// The reader's own way of writing numbers and dates; what cannot be written so stays as it is.

const cached = (build) => {
  const built = new Map();
  return (key) => {
    if (!built.has(key)) built.set(key, build(key));
    return built.get(key);
  };
};

const moneyFormat = cached((key) => {
  const [currency, places] = key.split(" ");
  const usual = new Intl.NumberFormat(undefined, { style: "currency", currency }).resolvedOptions();
  const digits = Math.max(usual.minimumFractionDigits, Number(places));
  return new Intl.NumberFormat(undefined, {
    style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits,
  });
});
const plainMoney = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 4 });
const whole = new Intl.NumberFormat();
const percent = new Intl.NumberFormat(undefined, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
const instantFormat = new Intl.DateTimeFormat(undefined, {
  year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
});
const decimals = (text) => (String(text).split(".")[1] || "").replace(/0+$/, "").length;

/** An amount in its currency; XXX means that the source names none, and other unknown codes stand beside the number. */
export const money = (amount, currency) => {
  if (currency === "XXX") return `${plainMoney.format(amount)} (no currency)`;
  try {
    return moneyFormat(`${currency} ${decimals(amount)}`).format(amount);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return `${currency} ${plainMoney.format(amount)}`;
  }
};

export const count = (number) => whole.format(number);

export const plural = (number, one, many) => `${count(number)} ${number === 1 ? one : many}`;

/** A certainty as a percentage that never says 100 % of an estimate. */
export const certainty = (ratio) =>
  ratio > 0.999 ? `> ${percent.format(0.999)}` : percent.format(ratio);

/** Signed points of evidence. */
export const points = (number) => (number ? `${number > 0 ? "+" : "\u2212"}${Math.abs(number).toFixed(1)}` : "0.0");

export const day = (days) => dayFormat.format(new Date(days * 86_400_000));

export const pastDue = (days) =>
  days === null ? "no due date" : days > 0 ? `${plural(days, "day", "days")} past due` : "not due";

/** Totals in words, a currency at a time, for currencies are never added; what nobody knows is counted apart. */
export const amountsInWords = (totals) => {
  const known = [...totals].filter(([, { isKnown }]) => isKnown).sort((a, b) => b[1].amount - a[1].amount);
  const words = known.map(([currency, { amount }]) => money(amount.toFixed(2), currency));
  const unknown = [...totals.values()].reduce((sum, total) => sum + total.unknown, 0);
  if (unknown) words.push(`${plural(unknown, "invoice", "invoices")} without a known balance`);
  return words.join(" \u00b7 ") || "no amount";
};

/** Amounts per currency; counted in ten-thousandths, so that nothing is lost on the way. Null is an unknown balance. */
export const totalled = (amounts) => {
  const totals = new Map();
  for (const { currency, amount, unknown = amount === null ? 1 : 0 } of amounts) {
    const total = totals.get(currency) ?? { units: 0, unknown: 0, isKnown: false };
    total.units += Math.round(Number(amount) * 10_000);
    total.unknown += unknown;
    total.isKnown ||= amount !== null;
    totals.set(currency, total);
  }
  for (const total of totals.values()) total.amount = total.units / 10_000;
  return totals;
};

const write = (selector, words) => {
  for (const element of document.querySelectorAll(selector)) {
    try {
      element.textContent = words(element);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
};

/** Write what stands on the page already in the reader's way. */
export const localise = () => {
  write("data.money", ({ value, dataset }) => money(value, dataset.currency));
  write("data.count", ({ value }) => whole.format(value));
  write("data.moved", ({ value, dataset: { currency } }) => `${Number(value) > 0 ? "+" : ""}${currency ? money(value, currency) : whole.format(value)}`);
  write("data.share", ({ value }) => percent.format(value));
  write("time.day", ({ dateTime }) => dayFormat.format(new Date(`${dateTime}T00:00:00Z`)));
  write("time.instant", (element) => {
    element.title = element.textContent;
    return instantFormat.format(new Date(element.dateTime));
  });
};
