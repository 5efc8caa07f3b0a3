"""The steps: pure functions of files and a frozen recipe. They know no database, no store and no engine.

Every step is a module with a frozen `Recipe`, plain JSON inside, and `run(inputs, out, recipe, watch) -> facts`: it
reads the files of `inputs`, writes files into the empty directory `out` and returns facts as plain JSON. The same
inputs and recipe give the same output; a recipe's `version` grows when a change of the code changes the output.
"""
