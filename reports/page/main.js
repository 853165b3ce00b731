// What the page does when it opens: the queue first, for that is what people open it for; the invoices as soon as there is time.
import { unpack } from "./columns.js";
import { companiesOf } from "./companies.js";
import { all, byId, copy, make } from "./elements.js";
import { localise } from "./format.js";
import { startInvoices } from "./invoices.js";
import { memoryOf } from "./memory.js";
import { startReview } from "./review.js";
import { reviewsOf } from "./reviews.js";
import { storeOf } from "./store.js";

const breathe = () => new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });

const showEmails = (emails) => {
  for (const masked of all("[data-email-of]")) {
    const email = emails[masked.dataset.emailOf];
    if (!email) continue;
    const button = make("button", { type: "button", class: "link" }, "Show address");
    button.addEventListener("click", () => { masked.textContent = email; button.remove(); });
    masked.after(" ", button);
  }
};

const plainThings = () => {
  localise();
  const print = byId("print");
  print.hidden = false;
  print.addEventListener("click", () => window.print());
  for (const button of all("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button.dataset.copy, button));
  }
  // a link to something that is folded away opens it
  const reveal = () => {
    const target = location.hash.startsWith("#fix-") && byId(location.hash.slice(1));
    if (target) target.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();
};

// what tests and benchmarks wait for
const mark = (name) => {
  performance.mark(`billsight:${name}`);
  document.documentElement.dataset[name] = "yes";
};

const start = async () => {
  plainThings();
  const content = await unpack("data-reviews");
  document.documentElement.classList.add("works");
  const invoices = { only: () => {} };
  if (content.fixes.rows) {
    const memory = memoryOf(content.run);
    const companies = companiesOf(content.companies);
    const store = storeOf(reviewsOf(content, companies), memory);
    const showInvoices = (review) => { invoices.only({ customer: review, state: "blocked" }); location.hash = "#invoices"; };
    const review = startReview(byId("mapping"), { store, memory, companies, content, showInvoices });
    for (const link of all("a[href='#mapping']")) link.addEventListener("click", () => setTimeout(review.focus));
  }
  showEmails(content.emails);
  mark("reviews");
  await breathe();
  Object.assign(invoices, startInvoices(await unpack("data-invoices")));
  for (const link of all("a[data-cause]")) {
    link.addEventListener("click", () => invoices.only({ cause: link.dataset.cause, state: "blocked", currency: link.dataset.currency }));
  }
  await breathe();
  mark("ready");
};

start().catch((error) => {
  // the plain tables are still there, and say the same
  document.documentElement.classList.remove("works");
  byId("broken").hidden = false;
  console.error(error);
});
