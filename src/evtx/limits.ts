// Bounds of the reader. Every loop over bytes of a file ends at one of these or at the bytes themselves. Real logs stay
// far below them (most seen: depth 8, 42 values, two roots); crafted ones meet them and cost a record, never the file.

export const FILE_HEADER_SIZE = 4_096;
export const CHUNK_SIZE = 65_536;
export const CHUNK_HEADER_SIZE = 512;
export const RECORD_HEADER_SIZE = 24;
/** Header, an empty body and the copy of the size (F20). */
export const MIN_RECORD_SIZE = 28;

/** Elements inside elements. */
export const MAX_ELEMENT_DEPTH = 256;
/** Steps of one shape program. */
export const MAX_STEPS = 16_384;
/** Leaves of one shape. */
export const MAX_LEAVES = 4_096;
/** Values of one template instance or texts of one literal fragment. */
export const MAX_VALUES = 4_096;
/** Highest substitution index that a template may name. */
export const MAX_VALUE_INDEX = 4_095;
/** Units of one element or attribute name. */
export const MAX_NAME_UNITS = 1_024;
/** Embedded fragments inside embedded fragments (F37). */
export const MAX_EMBED_DEPTH = 8;
/** Embedded roots of one record, all depths together. */
export const MAX_INNER_ROOTS = 32;

/** Template bytes walked in one chunk; a chunk whose templates do not overlap needs at most 65,536. */
export const TEMPLATE_BUDGET = 2 * CHUNK_SIZE;
/** Template bytes compared with known variants in one chunk; beyond it templates are walked, nothing is lost. */
export const COMPARE_BUDGET = 4 * CHUNK_SIZE;
/** Name units read in one chunk; names that do not overlap need at most 32,768. */
export const NAME_BUDGET = 1 * CHUNK_SIZE;

/** Different structures a bank keeps before it starts over at the next chunk. */
export const MAX_SHAPES = 20_000;
/** Estimated bytes of a bank's shapes before it starts over. */
export const MAX_SHAPE_BYTES = 64 * 1024 * 1024;
/** Byte variants kept under one (GUID, size). */
export const MAX_VARIANTS_PER_KEY = 32;
/** Distinct names and texts of a bank before it starts over. */
export const MAX_BANK_STRINGS = 65_536;
/** Distinct lists of embedded shapes of a bank before it starts over. */
export const MAX_INNER_LISTS = 65_536;

/**
 * Room that a slice buffer needs behind the slice's bytes: texts of template-less records that consist of several
 * pieces are joined there. Twice the largest record, because an entity reference of five bytes may stand for more.
 */
export const SCRATCH_BYTES = 2 * CHUNK_SIZE;
