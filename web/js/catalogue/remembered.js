// A person's choices of columns, remembered in this browser by the names of a table's columns.

const NAME = "lookalike.columns";
const MOST = 30;

function all() {
  try {
    const kept = JSON.parse(localStorage.getItem(NAME) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => each?.names && each.columns) : [];
  } catch {
    return []; // no storage, or another's text in it
  }
}

function keep(choices) {
  try {
    localStorage.setItem(NAME, JSON.stringify(choices.slice(0, MOST)));
  } catch {
    // without storage it is asked for again next time
  }
}

const nameOf = (names) => names.map((name) => name.normalize("NFC").trim().toLowerCase()).join("\n");

/** The choice {encoding, columns} for a table with these columns, or null. */
export function recall(names) {
  const found = names?.length ? all().find((each) => each.names === nameOf(names)) : null;
  return found ? { encoding: found.encoding ?? "", columns: found.columns } : null;
}

/** Remembers the choice for tables with these columns; one without columns is forgotten. */
export function remember(names, choice) {
  const others = all().filter((each) => each.names !== nameOf(names));
  keep(choice?.columns ? [{ names: nameOf(names), ...choice }, ...others] : others);
}
