/** A key that was pressed, or a paste. */
export interface Key {
  /**
   * A character's own name is the character: 'a', 'A', '+', 'é'. Others: 'space' 'return' 'escape' 'tab' 'up' 'down' 'left'
   * 'right' 'home' 'end' 'pageup' 'pagedown' 'insert' 'delete' 'backspace' 'f1' to 'f12' 'paste'. Modifiers stand before
   * it in this order: 'ctrl+c', 'alt+x', 'shift+tab', 'ctrl+alt+shift+up'. Shift with a character is the other character.
   */
  name: string;
  /** What it types; '' for none. A paste's text may have several lines, separated by '\n'. */
  text: string;
}

const named: Readonly<Record<string, string>> = { space: ' ' };
const segmenter = new Intl.Segmenter();

/** The key of that name, with the text that it types on a keyboard. */
export function keyNamed(name: string): Key {
  return { name, text: named[name] ?? ([...segmenter.segment(name)].length === 1 ? name : '') };
}
