import pytest

from condotta import parameters, walk


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        ("str", "007", "007"),
        ("int", "7", 7),
        ("float", "7", 7),
        ("bool", "yes", True),
        ("bool", "FALSE", False),
        ("list[str]", "Libya, Sudan", ["Libya", "Sudan"]),
        ("list[str]", '["a, b"]', ["a, b"]),
    ],
)
def test_convert_understands_text(type_, text, value):
    known = {"x": parameters.Parameter(type_, None, "help")}
    assert parameters.convert({"x": text}, known, reserved={}) == {"x": value}


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("str", 7),
        ("str", None),
        ("str", "\ud83d"),
        ("int", "007"),
        ("int", "1.5"),
        ("int", True),
        ("int", "__import__('os')"),
        ("float", "NaN"),
        ("bool", "1"),
        ("list[str]", "[1"),
        ("list[str]", ("a", "b")),
        ("dict", "{}"),
    ],
)
def test_convert_refuses(type_, value):
    known = {"x": parameters.Parameter(type_, None, "most rows")}
    with pytest.raises(
        parameters.ParameterError, match=r"`x` \(most rows\): .* the default is None"
    ):
        parameters.convert({"x": value}, known, reserved={})


@pytest.mark.parametrize("notebook", walk.notebooks(), ids=lambda path: path.stem)
def test_read_agrees_with_papermill(notebook):
    import papermill

    theirs = papermill.inspect_notebook(str(notebook))
    ours = parameters.read(notebook)
    assert {n: (p.type, repr(p.default), p.help) for n, p in ours.items()} == {
        name: (p["inferred_type_name"], p["default"].replace('"', "'"), p["help"])
        for name, p in theirs.items()
    }
