// Elements made of text only: nothing that comes from the data is ever read as markup.

export const byId = (id) => document.getElementById(id);

export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

const give = (element, name, value) => {
  if (value === undefined || value === null || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else element.setAttribute(name, value === true ? "" : value);
};

/** `make("p", {class: "dim"}, "text", child)`; null children are left out. */
export const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) give(element, name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
};

/** A name from the data, fenced off so that right-to-left text stays in its place. */
export const named = (text, otherwise = "no name") =>
  text ? make("bdi", {}, text) : make("span", { class: "none" }, otherwise);

export const idOf = (text) => make("span", { class: "id" }, make("bdi", {}, text));

const SVG = "http://www.w3.org/2000/svg";

/** A shape of an inline picture. */
export const drawn = (tag, attributes, ...children) => {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

/** Put a text where people can paste it from, and say whether that worked. */
export const copy = async (text, button) => {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = `Not allowed here: ${text}`;
  }
  setTimeout(() => { button.textContent = before; }, 2500);
};
