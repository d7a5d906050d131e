/** What differs: used by every page that shows a difference. */
export const change = {
  added: "add",
  changed: "change",
  removed: "remove",
  none: "nothing",
};
