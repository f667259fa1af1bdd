"""condotta: who says that whom is recruited, by whom, to which war, for what pay.

One noun, one module. Data flows one way, and nothing is loaded on import:

`tables` what each table holds · `articles` raw files to rows · `copies` which articles repeat
which · `codebook` the researcher's YAML and CSV · `language` the door to spaCy · `quantities`
money, head counts, durations, dates · `entities` names, and whom each stands for · `cues`
what reports, and how surely · `quotations` where a text quotes · `attributions` source, cue and
content · `sources` whom the words of a source stand for · `statements` who says what · `frames` triggers and slots · `events` what is said to have happened · `claims`
who recruits whom · `tracker` claims of many articles as lines · `reviews` people's decisions ·
`phrases` values as one reads them · `outlines` borders of countries · `charts` table to figure · `selection` the part of a run that
is asked for · `findings` what was found, in sentences · `passages` the words behind a claim ·
`report` one page from a run · `walk` the notebooks in order.

The way in is ``condotta run SOURCE`` or ``notebooks/00-start-here.ipynb``.
"""

__version__ = "0.1.0"
