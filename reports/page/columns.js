// The page's data as etl/report/packed_columns.py packed it: columns, read by the place of a row.

const sums = (steps) => {
  const numbers = new Float64Array(steps.length);
  let number = 0;
  steps.forEach((step, place) => { numbers[place] = number += step; });
  return numbers;
};

const reader = (column) => {
  if (column.d) return (row) => (column.i[row] < 0 ? null : column.d[column.i[row]]);
  if (column.t) return (row) => column.t[row];
  if (column.y) {
    const numbers = sums(column.y);
    return (row) => numbers[row];
  }
  if (column.x) {
    const numbers = sums(column.x);
    return (row) => column.p + String(numbers[row]).padStart(column.w, "0");
  }
  const unit = 10 ** column.s;
  return (row) => (column.v[row] === null ? null : column.v[row] / unit);
};

const isColumn = (content) => Boolean(content) && ["d", "t", "x", "y", "v"].some((key) => Array.isArray(content[key]));

const besides = ({ names, t }) =>
  Object.fromEntries(names.map((name, place) => [name, (row) => t[row * names.length + place]]));

/** `{rows: 2, name: column}` as `{rows: 2, name: (row) => value}`. */
export const readers = ({ together, ...packed }) => ({
  ...Object.fromEntries(Object.entries(packed).map(([name, content]) => [name, isColumn(content) ? reader(content) : content])),
  ...(together ? besides(together) : {}),
});

const bytesOf = (text) =>
  Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** What a data block of the page holds; its text is given back to the browser's memory. */
export const unpack = async (id) => {
  const block = document.getElementById(id);
  const stream = new Blob([bytesOf(block.textContent)]).stream().pipeThrough(new DecompressionStream("gzip"));
  block.remove();
  return JSON.parse(await new Response(stream).text());
};
