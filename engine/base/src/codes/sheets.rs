//! E09xx: paged sources: documents, pages, tables and plots.

super::codes! {
    PDF_NOT "E0901" "this is not a PDF"
"A PDF starts with `%PDF-` within its first kilobyte and holds numbered objects. A picture or a web
page that was renamed to .pdf, an empty download or an error page saved in its place does not.

Wrong:  a JPEG saved as sheet.pdf
Right:  the maker's own PDF, downloaded again";
    PDF_PASSWORD "E0902" "the PDF asks for a password"
"Many sheets are encrypted with an empty password to forbid changes; they are read like any
other. This one cannot be opened without a password that only its owner knows.

Wrong:  a sheet that a viewer opens only after a password was typed
Right:  the public sheet, or a copy saved without password by someone who may";
    PDF_BROKEN "E0903" "the PDF is damaged beyond repair"
"The table of objects was read as written, and then rebuilt by looking for the objects themselves.
Neither gave a page. Usually the download was cut off early.

Wrong:  the first half of a file
Right:  the whole file, downloaded again";
    PDF_REPAIRED "E0904" "the PDF is damaged and was repaired"
"The table of objects, the trailer or the tree of pages does not say where things are, so they were
looked for. What was found is used; something may be missing or come from an older revision of the
file.

Wrong:  a file changed by a transfer in text mode
Right:  the file as its maker published it";
    PDF_LIMIT "E0905" "the PDF is larger than a document may be"
"Size of the file, number of objects and length of unpacked streams are limited, so that a hostile
file ends here instead of in the machine's swap. Real sheets are far below the limits.

Wrong:  a file of a kilobyte that unpacks to gigabytes
Right:  the pages of the sheet, saved as a file of their own";
    PDF_PAGES "E0906" "pages were left out"
"A document has more pages than are read. The first ones are read, the message says how many are
not.

Wrong:  a data book of ten thousand pages
Right:  the pages of one device, saved as a file of their own";
    PAGE_CUT "E0907" "a page was cut at a limit"
"Operators, paths, glyphs, nesting and unpacked bytes of a page are limited. What was painted before
the limit is used, the rest is missing, so tables and plots of this page may be incomplete.

Wrong:  a page with ten million strokes
Right:  the page printed to a simpler PDF";
    PAGE_REPAIRED "E0908" "something on a page was passed over"
"An operator is unknown, has too few operands, or stands where it means nothing; a number or a
string is malformed. It was passed over as viewers do, the rest of the page is used.

Wrong:  `10 20 1.2.3 l`
Right:  `10 20 l`";
    PAGE_RESOURCE "E0909" "a page names something that is not there"
"A font, form, image, colour space or graphics state is used by a name that the page's resources do
not have, or has a form that is not understood. What would have been painted with it is missing or
has a substitute.

Wrong:  `/F7 9 Tf` without F7 in the page's fonts
Right:  the file as its maker published it";
    PAGE_STREAM "E0910" "a stream is missing or cannot be unpacked"
"The content of a page or form is not there, or packed with a filter that failed or is not known.
What came out before the failure is used.

Wrong:  a stream whose packed data was overwritten
Right:  the file as its maker published it";
    PDF_ENCRYPTION "E0911" "the PDF is encrypted in a way that is not known"
"The standard security handler is read in all its versions: RC4 with 40 to 128 bits, AES with 128 and
256 bits. Certificates and digital rights systems are not.

Wrong:  a sheet for named readers of a rights server
Right:  the public sheet";
    ROW_UNIT "E0927" "the unit of a row cannot be read"
"The row's unit is missing, holds a sign that no font names, or is no unit that sheets use. A wrong
guess would be off by a thousand, so the row is kept for a person to look at and not served.

Wrong:  10 ?A, where the micro sign has no meaning in its font
Right:  look at the page, and write the row into a facts file with its unit";
    ROW_VALUE "E0928" "a value of a row cannot be read"
"A cell in a column of values holds no single number: two values side by side, a range under one
limit, a sign that no font names, or a lone value that the sheet calls neither limit nor typical.

Wrong:  0.5/0.6 in one cell
Right:  look at the page, and write both values into a facts file";
    ROW_SYMBOL "E0929" "the quantity of a row cannot be told"
"Printed symbol, name, unit and section of the row together name no quantity of the symbol table,
or several equally well. A second meaning is never guessed.

Wrong:  a row whose symbol is that of a current and whose unit is V
Right:  look at the page; where makers use a spelling that is not known, add it to the symbol";
    ROW_IMPLAUSIBLE "E0930" "a value is not plausible for its quantity"
"The symbol table gives each quantity the range of magnitudes that real parts have. A value outside
is more often a misread unit than a remarkable part; the message says what would fit.

Wrong:  a forward voltage of 720 V, printed as 720 mV
Right:  look at the page, and write the row into a facts file";
    ROW_ORDER "E0931" "the limits of a row are out of order"
"min <= typ <= max must hold, or by magnitude where all are negative. Exchanged columns or a digit
that was lost are the usual causes.

Wrong:  min 20, typ 2.5, max 3.0 where the page says 2.0
Right:  look at the page, and write the row into a facts file";
    ROW_STRUCTURE "E0932" "it is not sure which cells belong to a row"
"Rules, header words and columns of numbers of the table contradict each other around this row.

Wrong:  a value that stands between two columns
Right:  look at the page, and write the row into a facts file";
    ROW_CONDITION "E0933" "a condition of a row cannot be read"
"A test condition is there and its unit cannot be read, or is that of another quantity. The row's
own values may be right; what they hold at is not sure.

Wrong:  ID = 250 ?A
Right:  look at the page, and write the row into a facts file";
    ROW_SIBLINGS "E0934" "rows of one quantity contradict each other"
"Rows of the same quantity in the same table differ by a factor that no condition explains, as if
the unit of one of them were misread.

Wrong:  8 ns in one row and 4 ms in the next
Right:  look at the page, and write the rows into a facts file";
    SHEET_SCAN "E0960" "a page is a scan without text"
"The page is one picture: neither its words nor its curves are in the file. Nothing is read from it;
the other pages are read as usual.

Wrong:  a sheet that was printed and scanned, or printed to pictures
Right:  the maker's own PDF, in which text can be selected";
    SHEET_HIDDEN_TEXT "E0961" "a scan has hidden text"
"Under the picture lies text that a program guessed when the page was scanned. Such text mistakes 8
for 6 and loses decimal points, so it helps to search and serves no value.

Wrong:  a scan with a text layer
Right:  the maker's own PDF";
    SHEET_RASTER_PLOTS "E0962" "plots of a sheet are images"
"Text and tables of the page are read, its curves are not: they are pictures, not drawings. This is
usual for sheets that were written with a word processor.

Wrong:  a sheet whose plots turn blurry when a viewer enlarges them
Right:  the same curves as CSV, given beside the sheet";
    SHEET_GLYPHS "E0963" "characters of a sheet cannot be told"
"A font says neither by its encoding nor by the names and shapes of its glyphs what they mean. Each
such character is kept as unknown. A number or unit with one is never served, since a lost micro
sign would be a factor of a million.

Wrong:  a subset font whose glyphs are all called g1, g2, … and drawn as pictures
Right:  the maker's own PDF, or a newer revision of it";
    SHEET_KIND "E0964" "the sheet does not say what kind of device it is about"
"Titles, headings and the symbols in the tables are compared with the device kinds of the packs.
Either none is named, or two are named equally often.

Wrong:  a sheet of a voltage reference, for which no kind is declared
Right:  the kind given by hand: `kind = \"diode\"` in a facts file beside the sheet";
    SHEET_PART "E0965" "the sheet does not say which part it is about"
"A part's name stands in the title, in running heads and in the file's name. None was found in two of
these places, so none is taken.

Wrong:  a page of curves without a title, called scan0012.pdf
Right:  the part given by hand: `--part 1N4148`";
    SHEET_TABLE "E0966" "what looks like a table gave no row"
"Symbols, numbers and units stand below one another in at least three rows, as in a table of
electrical values, but neither a head nor a list was recognised there. Nothing was read from it, so
its values are missing among the rows.

Wrong:  a table whose head is a picture, or in words that are not known
Right:  the values given by hand in a facts file beside the sheet";
    SHEET_LINES "E0969" "a page has more lines than are looked at"
"Frames and grids of plots are found among the straight lines of a page. Very many of them are a
drawing or a picture made of lines; those beyond the limit are left out, and with them the plots
that they draw. Plots that were found on the page are for review.

Wrong:  a page with a map, a layout or a shaded picture drawn line by line
Right:  the same curves as CSV, given beside the sheet";
}
