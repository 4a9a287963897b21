// Every Korean text of the page; its keys are those of en.js.
export default {
  // What the live view's states, details and the dialog of a record say.

  // What is said of a match, teaching, search by picture, keys.

  // The catalogue.
};
