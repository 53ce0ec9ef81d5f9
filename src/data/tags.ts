/**
 * How tags write entities. Each tag is a prefix and a type ("B-PER"), or O.
 *
 * - IOB1: I- everywhere; B- only where an entity follows another of its type at once.
 * - IOB2: every entity begins with B- and goes on with I-.
 * - IOBES: as IOB2, but ends with E-, and S- is an entity of one word.
 * - BILOU: IOBES with L- for E- and U- for S-.
 * - none: plain classes (NOUN, VERB): no entities.
 */
export type TagScheme = 'IOB1' | 'IOB2' | 'IOBES' | 'BILOU' | 'none';
