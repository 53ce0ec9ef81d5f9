import type { Html } from '../../src/html.ts';

/** A part of the page that its table of contents names. */
export interface Section {
  id: string;
  title: string;
  content: Html;
}
