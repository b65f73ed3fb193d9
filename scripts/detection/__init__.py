"""How well the usual detector finds anomalies, and how its recipe and score were chosen without looking at any.

- `candidates` says what could be chosen: recipes, and scores of their reconstructions;
- `imitations` makes anomalies of normal rows, four kinds of them;
- `ensembles` trains candidates and scores rows, higher is stranger;
- `choice` keeps a tenth of the training rows and takes the candidate that tells them best from the imitations;
- `frauds` measures everything on the card transactions, five splits, beside PCA and an isolation forest;
- `others` does so on other tables, for the usual detector alone;
- `rates` measures how many later normal rows it flags, where rows are few and where they are many;
- `tables` prints Markdown.

``python -m scripts.detection`` prints the tables of docs/detection.md. Frauds are read after the choice is made.
"""
