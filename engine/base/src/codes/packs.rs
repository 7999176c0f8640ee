//! E04xx: packs, extends, limit tables, scripts, waivers.

super::codes! {
    NO_MANIFEST "E0401" "this folder is no pack"
"A pack is a folder with a `pack.toml` that gives it a name and a version. Without it nothing in the
folder is loaded.

Wrong:  a folder with diode.espice alone
Right:  pack.toml with: name = \"acme\", version = \"1.0.0\", extends = [\"std\"]";

    BAD_MANIFEST "E0402" "the pack.toml cannot be used"
"`pack.toml` holds `name` (letters, digits, `-`, `_`), `version` (semantic, as in 1.2.0), and, where
wanted, `description`, `license`, `extends` (names of packs) and `sources` (folders, \".\" if not given).
Other keys are refused, because a misspelt one would silently do nothing.

Wrong:  extend = [\"std\"]
Right:  extends = [\"std\"]";

    UNKNOWN_PACK "E0403" "no such pack"
"`extends` names packs that are built in or given beside this one. Names of the missing pack are not
reported again where they are used.

Wrong:  extends = [\"stdd\"]
Right:  extends = [\"std\"]";

    CIRCULAR_PACKS "E0404" "packs extend each other in a circle"
"A pack builds on what it extends, so the base must stand on its own.

Wrong:  a extends b, and b extends a
Right:  a extends b, and b extends std";

    DUPLICATE_PACK "E0405" "two packs have one name"
"Rules are known by `pack::name` and waivers refer to them, so names of packs are unique in a run. A
folder may take the place of a built-in pack, but not of another folder.

Wrong:  two folders whose pack.toml says name = \"acme\"
Right:  name = \"acme\" and name = \"acme_rf\"";

    PACK_FILE "E0406" "a file of the pack cannot be read"
"Tables, scripts and source folders are named relative to the file that refers to them and must lie
in the folders of the pack, so that its digest covers all that it uses.

Wrong:  limits ratings from \"../../somewhere/ratings.csv\" key (part)
Right:  limits ratings from \"ratings.csv\" key (part)";

    TABLE_HEADER "E0407" "the header of a limits table cannot be used"
"The header of a limits table, which titles may stand above, names its columns. Key columns have the
names that `key (…)` lists; every other column carries its unit in brackets, or on the line below.

Wrong:  part,VRRM
Right:  part,VRRM (V)";

    TABLE_CELL "E0408" "a cell of a limits table is not a number"
"Cells of value columns are numbers in the unit of the header, with a decimal point; an empty cell or
`n/a` means that there is no limit. `0.45 ± 0.05`, `1.2 .. 3.6`, `≤ 5` and `5 max` make the column one
of ranges, in which a number alone could be either end. A quote at the start of any cell needs one at
its end: what follows would be taken for other cells.

Wrong:  BAT54,30V
Right:  BAT54,30";

    TABLE_KEY "E0409" "a row of a limits table has no key of its own"
"Every row is found by its key columns, so they are filled and no two rows have the same.

Wrong:  two rows that start with BAT54
Right:  one row for each part";

    TABLE_ROW "E0410" "a row of a limits table has the wrong number of cells"
"Every row has as many cells as the header. A comma inside a cell needs quotes around it. A table
without a row below its header is told, too: rules that look limits up in it would say nothing.

Wrong:  BAT54,30,0.2,
Right:  BAT54,30,0.2";

    TABLE_SHEET "E0414" "a sheet of a spreadsheet cannot be read"
"Limits tables are read from `.csv` files and from the sheets of `.xlsx` files: the first one, or the
one that `sheet` names. Older formats and files with a password are not read.

Wrong:  limits ratings from \"limits.xls\" key (part)
Right:  limits ratings from \"limits.xlsx\" sheet \"Ratings\" key (part)";

    WAIVER "E0411" "a waiver is incomplete"
"A waiver lets a known exception pass, so it says until when, who answers for it, and why.

Wrong:  waive vf_plausible for part \"BAT54\"
Right:  waive vf_plausible for part \"BAT54\" until 2027-03-31 owner \"modelling\" because \"misprint\"";

    EMPTY_PACK "E0412" "a pack holds nothing"
"The folders of the pack hold no `.espice` file, so nothing would ever be checked. Usually `sources`
or the folder itself is mistaken.

Wrong:  sources = [\"rule\"]
Right:  sources = [\"rules\"]";

    PACK_TOO_LARGE "E0413" "a file of the pack is larger than a file may be"
"A run reads files up to a limit, so that a wrong file cannot take the memory of the machine. The run
ends with exit code 5: nothing that it says is a verdict.

Wrong:  a limits table of 100 MB, exported with every die of every wafer
Right:  a limits table with the rows that rules look up";

    PACK_VERSION "E0415" "a pack of another version is wanted"
"`extends` may name the versions of a pack that will do: `std >=0.1, <0.2`, `std ^1.2`, `std ~1.2.3` or
`std =1.0.0`. Rules of other versions may mean something else.

Wrong:  extends = [\"std >=2.0\"] with std 0.1.0
Right:  extends = [\"std >=0.1, <0.2\"]";

    PACK_LOCK "E0416" "a pack is not the one that was locked"
"`espice lock` writes versions and digests of all that a pack extends to `pack.lock`, and `espice check
--locked` holds them to it: what judged yesterday judges today. The place is the line of the lock.

Wrong:  a std that has changed since the lock was written
Right:  espice lock PACK, once the new std has been looked at";
}
