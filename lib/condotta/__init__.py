"""condotta: who says that whom is recruited, by whom, to which war, for what pay.

One noun, one module; nothing is loaded on import. Data flows one way: a module imports only what
stands before it here.

What all share: `tables` what each table holds · `resources` what the package ships.

Reading: `articles` raw files to rows · `copies` which articles repeat which · `names` how names are
compared · `codebook` the researcher's YAML and CSV · `language` the door to spaCy.

In one text: `letters` a word as a letter · `dates` and `quantities` as intervals · `places` as
points · `grounds` who acts, and where one only stands · `short_forms` surnames and acronyms ·
`entities` names, and whom each stands for.

Who says what: `cues` what reports, and how surely · `quotations` where a text quotes ·
`clauses` what a tree says · `attributions` source, cue and content · `sources` whom those words
stand for · `statements`.

What is said: `frames` triggers and slots · `losses` · `parties` · `responsibility` how sure the
text is of who did it · `incidents` what one clause tells · `circumstances` what stands around it ·
`retellings` one event told twice · `events` · `reader` the learned reader · `slots` what their
words stand for · `terms` of pay and count · `speakers` on whose word · `weighing` what is a claim
of its own · `carrying` what its sentence leaves open · `claims` who recruits whom.

Across texts: `origins` where information comes from · `ledger` and `reviews` people's decisions ·
`reviewing` the widget for them · `comparing` and `parting` claims · `contradictions` ·
`tracker` claims that say the same, as lines.

To look at: `phrases` values as one reads them · `outlines` borders of countries · `charts` table
to figure · `browsing` a table one sorts and searches · `selection` the part that is asked for ·
`findings` sentences · `passages` the words behind a claim · `report` one page from a run.

To judge: `gold` what people read · `scoring` a run against it · `coding` who is to read what, and
how far two agree · `definitions` findings counted otherwise · `dictionary` of all tables.

To take away: `exchange` a run in the forms that other programs read.

To run: `parameters` of the notebooks · `fingerprints` of what a step depends on · `sieve` a first
pass over words · `plans` which articles form a partition · `stages` one partition in one process ·
`workers` such a process with a deadline · `partitions` all of them, here or elsewhere · `kernels`
one notebook at a time · `walk` all of them in order · `batch` many walks · `cli` the command
line.

The way in is ``condotta run SOURCE`` or ``notebooks/00-start-here.ipynb``.
"""

__version__ = "0.1.0"
