//! The operators of content streams (ISO 32000-1, annex A), packed so that one comparison tells
//! one from the other.

/// Up to three bytes as a number; 0 for what is no operator.
pub(super) const fn key(word: &[u8]) -> u32 {
    match word {
        [a] => *a as u32,
        [a, b] => (*a as u32) << 8 | *b as u32,
        [a, b, c] => (*a as u32) << 16 | (*b as u32) << 8 | *c as u32,
        _ => 0,
    }
}

macro_rules! operators {
    ($($name:ident $word:literal)*) => {
        $(pub(super) const $name: u32 = key($word);)*
    };
}

operators! {
    CLOSE_FILL_STROKE b"b" FILL_STROKE b"B" CLOSE_FILL_STROKE_EVEN b"b*" FILL_STROKE_EVEN b"B*"
    BEGIN_MARKED_WITH b"BDC" INLINE_IMAGE b"BI" BEGIN_MARKED b"BMC" BEGIN_TEXT b"BT"
    BEGIN_COMPATIBLE b"BX" CURVE b"c" CONCAT b"cm" STROKE_SPACE b"CS" FILL_SPACE b"cs" DASH b"d"
    WIDTH_ONLY b"d0" WIDTH_AND_BOX b"d1" PAINT_OBJECT b"Do" MARK_WITH b"DP" INLINE_END b"EI"
    END_MARKED b"EMC" END_TEXT b"ET" END_COMPATIBLE b"EX" FILL b"f" FILL_OLD b"F"
    FILL_EVEN b"f*" STROKE_GRAY b"G" FILL_GRAY b"g" STATE b"gs" CLOSE b"h" FLATNESS b"i"
    INLINE_DATA b"ID" JOIN b"j" CAP b"J" STROKE_CMYK b"K" FILL_CMYK b"k" LINE b"l" MOVE b"m"
    MITER b"M" MARK b"MP" NO_PAINT b"n" SAVE b"q" RESTORE b"Q" RECTANGLE b"re" STROKE_RGB b"RG"
    FILL_RGB b"rg" INTENT b"ri" CLOSE_STROKE b"s" STROKE b"S" STROKE_COLOR b"SC" FILL_COLOR b"sc"
    STROKE_COLOR_NAMED b"SCN" FILL_COLOR_NAMED b"scn" SHADING b"sh" NEXT_LINE b"T*"
    CHAR_SPACING b"Tc" TEXT_MOVE b"Td" TEXT_MOVE_LEADING b"TD" FONT b"Tf" SHOW b"Tj"
    SHOW_SPACED b"TJ" LEADING b"TL" TEXT_MATRIX b"Tm" TEXT_MODE b"Tr" RISE b"Ts"
    WORD_SPACING b"Tw" TEXT_SCALE b"Tz" CURVE_FROM_HERE b"v" LINE_WIDTH b"w" CLIP b"W"
    CLIP_EVEN b"W*" CURVE_TO_CONTROL b"y" NEXT_LINE_SHOW b"'" NEXT_LINE_SHOW_SPACED b"\""
}
