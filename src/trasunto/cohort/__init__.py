"""Many networks trained as one program.

Jobs come in (one network each: recipe, seed, rows, where to begin and where to end), events come out (an epoch of a
chunk: which members, their metrics, and their states where someone asked for them). Nothing here knows of files.

- `plan` puts jobs of equal structure and rows into chunks of equal width;
- `step` holds the two compiled programs, an epoch of training and an evaluation; `optimizers` and `states` serve them;
- `running` takes one chunk forward on one device;
- `loop` sends chunks to `devices` and yields what comes back;
- `request` names what shall be trained; `training` carries it out for a sink, which in `memory` is this process;
- `application` takes a trained network over any number of rows; `course` and `outcome` say how its training went;
- `cost` says beforehand what it will take.

Metrics are means over features and rows, lower is better (accuracy: higher is better). What is not here: recipes
(`spec`), the arithmetic of one network (`nets`), anything durable (`runs`).
"""
