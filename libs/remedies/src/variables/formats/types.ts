/** How one kind of file keeps variables. Texts are those of `textOf`, one character a byte. */
export interface VariableFormat {
  /** What its readers take the variable to be (the last assignment wins); null where it assigns none. */
  valueIn(text: string, name: string): string | null;
  /** False where a line says the name in a way that is not changed here (several assignments in one line): it is left to people. */
  isPlain(text: string, name: string): boolean;
  /** The text with one value, or without any; every other line stays byte for byte. Null: no file, before or after. */
  changed(text: string | null, name: string, value: string | null): string | null;
  /** The lines that assign it, and where among all lines. */
  assignments(text: string, name: string): readonly AssignedLine[];
}

export interface AssignedLine {
  readonly at: number;
  /** With its end. */
  readonly line: string;
}

/** What tells the kinds of files apart; lines are without their ends, values as bytes. */
export interface LineSyntax {
  /** Null for a line that does not assign the name, or not plainly. */
  value(line: string, name: string): string | null;
  /** The line that assigns it, as the old one is written where there is one: prefix, quotes and comment stay; a comment may move to a line above. */
  line(name: string, value: string, old: string | null): string;
  /** A line says the name, plainly or not. */
  mentions(line: string, name: string): boolean;
  /** Lines that a file of our own begins with; empty for a file that is the system's. */
  readonly header: string;
  /** What has to stand before a new assignment at the end of the text; empty for nothing. */
  opening(text: string): string;
}
