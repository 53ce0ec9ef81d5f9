import type { Colors } from 'picocolors/types';

/** How text is written to one stream. */
export interface Style {
  /** Of picocolors' `createColors`: does nothing where the stream takes no colour. */
  colors: Colors;
  /** Columns of the terminal; what is piped gets 100. */
  width: number;
}
