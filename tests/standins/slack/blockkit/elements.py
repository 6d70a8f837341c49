"""Rules of block elements that a list of fields cannot say: options, pictures, lengths."""

from tests.standins.slack.blockkit.report import Report
from tests.standins.slack.errors import Json
from tests.standins.slack.limits import LIMITS

GROUPED = {"static_select", "multi_static_select"}
OPTIONED = GROUPED | {"overflow", "checkboxes", "radio_buttons"}


def check_element(report: Report, at: str, element: Json) -> None:
    """Check the cross-field rules of one element that already has the right fields."""
    kind = element["type"]
    if kind in GROUPED and ("options" in element) == ("option_groups" in element):
        report.add(at, "provide exactly one of options or option_groups")
    if kind in OPTIONED:
        _check_options(report, at, element)
    if kind == "image":
        check_picture(report, at, element)
    if kind == "plain_text_input":
        _check_text_input(report, at, element)
    _check_selected_count(report, at, element)


def check_picture(report: Report, at: str, picture: Json) -> None:
    """A picture has exactly one source, and a URL source is absolute."""
    if ("image_url" in picture) == ("slack_file" in picture):
        report.add(at, "provide exactly one of image_url or slack_file")
    url = picture.get("image_url")
    if isinstance(url, str) and not url.startswith(("http://", "https://")):
        report.add(f"{at}/image_url", "invalid url")


def options_of(element: Json) -> list[Json]:
    """All options of a well-formed select, flat, groups included."""
    groups = element.get("option_groups", [])
    grouped = [option for group in groups for option in group["options"]]
    return [*element.get("options", []), *grouped]


def _check_options(report: Report, at: str, element: Json) -> None:
    options = options_of(element)
    values = [option["value"] for option in options]
    if len(set(values)) != len(values):
        report.add(f"{at}/options", "option values must be unique")
    if element["type"] in LIMITS["plain_text_only_options"]:
        for number, option in enumerate(options):
            _check_plain(report, f"{at}/options/{number}", option)
    if element["type"] != "overflow" and any("url" in option for option in options):
        report.add(f"{at}/options", "invalid additional property: url")
    for initial in _initials(element):
        if initial not in options:
            report.add(at, f"initial option is not one of the options: {initial['value']}")


def _check_plain(report: Report, at: str, option: Json) -> None:
    for name in ("text", "description"):
        if option.get(name, {}).get("type", "plain_text") != "plain_text":
            report.add(f"{at}/{name}/type", "must be one of plain_text")


def _initials(element: Json) -> list[Json]:
    one = [element["initial_option"]] if "initial_option" in element else []
    return [*element.get("initial_options", []), *one]


def _check_text_input(report: Report, at: str, element: Json) -> None:
    if element.get("min_length", 0) > element.get("max_length", 3000):
        report.add(f"{at}/min_length", "must be less than or equal to max_length")


def _check_selected_count(report: Report, at: str, element: Json) -> None:
    most = element.get("max_selected_items", LIMITS["selected_items"])
    for name, value in element.items():
        if name.startswith("initial_") and isinstance(value, list) and len(value) > most:
            report.add(f"{at}/{name}", f"no more than {most} items allowed")
