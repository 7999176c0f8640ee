//! E08xx: the program itself: files that it writes, words that it is asked about.

super::codes! {
    OUTPUT "E0801" "a result cannot be written"
"The results of a run are files in a folder that the caller names. The folder is made when it is
missing; the system refused to make it or to write into it. Nothing that was written before is
damaged: files are replaced as a whole.

Wrong:  espice model bat54.csv -o /proc/models
Right:  espice model bat54.csv -o models";

    NOTHING_TO_EXPLAIN "E0802" "there is nothing of this name to explain"
"`espice explain` tells about a code of a diagnostic or about a rule of the packs that are loaded.
Codes are written as they are printed, rules by their name or by `pack::name`.

Wrong:  espice explain E9999
Right:  espice explain E0305";

    NO_FILES "E0803" "a path leads to no file of the language"
"Commands that work on packs take files that end in `.espice` and folders that hold such files at
any depth. A path without one is most likely misspelt, and silence would look like success.

Wrong:  espice fmt rulez
Right:  espice fmt rules";

    PATH "E0804" "a path cannot be read"
"The path does not exist, the system refuses to read it, or it is larger than what is read at most.
Paths are relative to the folder in which the program was started.

Wrong:  espice fmt rules/diode.espise
Right:  espice fmt rules/diode.espice";
}
