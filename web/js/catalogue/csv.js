// Comma-separated values: reads them by the rules of the command line (Python's csv), and writes them.

/**
 * Records of a text as [{values, line}], `line` being the one where a record ends. A quote counts only at the
 * beginning of a value, and a doubled quote within quotes is one; spaces before a value are dropped.
 */
export function readCsv(text, delimiter = ",") {
  const records = [];
  let [values, value, quoted, begun, line] = [[], "", false, false, 1];
  const endValue = () => {
    values.push(value);
    [value, begun] = ["", false];
  };
  const endRecord = () => {
    endValue();
    records.push({ values, line });
    values = [];
  };
  const all = text.replace(/\r\n?/g, "\n");
  for (let i = 0; i < all.length; i += 1) {
    const sign = all[i];
    if (quoted) {
      if (sign !== '"') value += sign;
      else if (all[i + 1] === '"') value += all[i += 1];
      else quoted = false;
    } else if (sign === "\n") endRecord();
    else if (sign === delimiter) endValue();
    else if (!begun && sign === '"') [quoted, begun] = [true, true];
    else if (begun || sign !== " ") [value, begun] = [value + sign, true];
    if (sign === "\n") line += 1;
  }
  if (begun || values.length) endRecord();
  return records;
}

const quoted = (value) => (/[",;\n\r]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** A text of these lines of values, marked as UTF-8 for spreadsheets. */
export const writeCsv = (lines) => `\ufeff${lines.map((values) => values.map(quoted).join(",")).join("\r\n")}\r\n`;
