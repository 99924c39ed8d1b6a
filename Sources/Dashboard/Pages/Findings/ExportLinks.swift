import HTMLTree
import PageParts

/// Links to the whole of a list as a file, with the filters that the page has.
func exportLinks(_ place: Place) -> HTML {
    p(class: "small") {
        "All of it as a file: "
        a(.href(place.with("format", "csv"))) { "CSV" }
        ", "
        a(.href(place.with("format", "json"))) { "JSON" }
    }
}
