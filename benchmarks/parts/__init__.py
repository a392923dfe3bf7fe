"""What is measured, one file each. A part has a NAME, a DOC, measure(bench), which returns what goes into results.json,
and section(results, bench), which makes its part of the page of that."""
