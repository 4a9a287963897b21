// A calm, short tone: two rising notes for a match, one lower note for an unsure one.

const NOTES = { match: [[660, 0], [880, 0.12]], unsure: [[392, 0]] }; // hertz, seconds after the first
const LOUD = 0.12; // of 1
const LASTS_S = 0.32;
let context = null;

/** Whether the browser lets the page sound: only after a press of the pointer or of a key on it. */
export const maySound = () => navigator.userActivation?.hasBeenActive ?? true;

function note(hertz, atS) {
  const tone = new OscillatorNode(context, { type: "sine", frequency: hertz });
  const volume = new GainNode(context, { gain: 0 });
  // Begins and ends without a click.
  volume.gain.setValueAtTime(0, atS);
  volume.gain.linearRampToValueAtTime(LOUD, atS + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, atS + LASTS_S);
  tone.connect(volume).connect(context.destination);
  tone.start(atS);
  tone.stop(atS + LASTS_S);
}

/** Plays the tone of a verdict, if the browser lets the page sound; a verdict without one is silent. */
export async function play(verdict) {
  if (!maySound() || !NOTES[verdict]) return;
  context ??= new AudioContext();
  if (context.state !== "running") await context.resume();
  const nowS = context.currentTime + 0.01;
  NOTES[verdict].forEach(([hertz, afterS]) => note(hertz, nowS + afterS));
}
