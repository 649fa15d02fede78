"""`python -m benchmarks.synthetic`: writes the tables and plots of docs/synthetic.md anew."""

from benchmarks.synthetic.page import PAGE, page, plots

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    for path, drawn in plots().items():
        path.write_text(drawn, encoding="utf-8")
