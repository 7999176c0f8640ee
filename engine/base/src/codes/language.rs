//! E01xx: text that does not parse. E02xx: names. E03xx: types and dimensions.

super::codes! {
    SYNTAX "E0101" "this text is not part of the language"
"The parser met text that no item, statement or expression can start or continue with. Only the
item that holds the mistake is dropped; everything else in the file is still checked.

Wrong:  rule r : error on data { check VF <> 1 V }
Right:  rule r : error on data { check VF != 1 V }";
}
