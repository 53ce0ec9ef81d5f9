/** The panels, in no order: `panelsOf` has them in that of their numbers. */
export type PanelId =
  | 'loss'
  | 'metric'
  | 'other'
  | 'rate'
  | 'gradient'
  | 'speed'
  | 'confusion'
  | 'scatter'
  | 'answers'
  | 'classes'
  | 'mistakes'
  | 'calibration'
  | 'evaluations'
  | 'checkpoints'
  | 'log'
  | 'summary';

/** A plot can be zoomed, a list scrolled, a figure fits its place. */
export type Shows = 'plot' | 'list' | 'figure';
