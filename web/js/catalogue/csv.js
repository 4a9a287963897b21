// Comma-separated values, written; the server reads them (services/core/importing/tables.py).

const quoted = (value) => (/[",;\n\r]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** A text of these lines of values, marked as UTF-8 for spreadsheets. */
export const writeCsv = (lines) => `\ufeff${lines.map((values) => values.map(quoted).join(",")).join("\r\n")}\r\n`;
