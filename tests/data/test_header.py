from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from trasunto.data.header import looks_like_data


def rows_of(text: str) -> tuple[list[str], list[list[str]]]:
    first, *rest = [line.split(",") for line in text.strip().splitlines()]
    return first, rest


DATA = {
    "iris": "5.1,3.5,1.4,0.2,Iris-setosa\n4.9,3.0,1.4,0.2,Iris-setosa\n6.3,3.3,6.0,2.5,Iris-virginica",
    "abalone": "M,0.455,0.365,15\nM,0.35,0.265,7\nF,0.53,0.42,9",
    "adult": "39, State-gov, 77516, 13\n50, Self-emp, 83311, 13\n38, Private, 215646, 9",
    "wine": "1,14.23,1.71,2.43\n1,13.2,1.78,2.14\n3,13.16,2.36,2.67",
    "mushrooms": "p,x,s,n\ne,x,s,y\np,x,y,n\ne,b,s,n",
    "cars": "vhigh,vhigh,2,small\nvhigh,low,2,small\nlow,vhigh,4,med\nlow,low,3,big",
    "numbers that count": "1,2,3\n4,5,6\n7,8,9",
    "dates": "2013-01-01,Oslo\n2013-01-02,Bergen\n2013-01-03,Bodo",
    "a year of each": "Ford,1998\nFiat,2001\nSaab,1995\nVolvo,1999",
    "missing values": "25,?,yes\n31,2,no\n?,3,yes",
    "thousands": "$1.100,a\n$2.300,b\n$1.900,c",
}
NAMES = {
    "names": "a,b\n1,2\n3,4",
    "years": "country,1990,1991,1992\nChad,5.1,5.2,\nMali,6.1,6.0,7.1",
    "years apart": "country,1990,2000,2020\nChad,1900,2100,5\nMali,300,500,700",
    "numbered, with a label": "0,1,2,label\n0,1,0,yes\n1,0,1,no",
    "numbered": "0,1\n5,6\n1,0",
    "an index": ",0\n0,1.5\n1,2.5",
    "wavelengths": "sample,1100,1102,1104.1\ns1,0.1,0.2,0.3\ns2,0.2,0.1,0.4",
    "wavelengths alone": "1100,1102,1104\n0.1,0.2,0.3\n0.2,0.1,0.4\n0.3,0.3,0.3",
    "a word that is a value once": "colour,kind\nred,colour\nblue,kind",
    "texts": "city,street\nOslo,A\nBergen,B",
    "days above numbers": "region,2020-01-01,2020-01-02\nnorth,5,6\nsouth,7,8",
    "no rows": "a,b",
    "positions": "3,7,12,Class\n0.52,-1.25,3.5,a\n-0.75,2.125,-0.5,b\n3.25,0.5,1.75,a",
    "quarters": "name,Q1,Q2\nx,1,2",
}


@pytest.mark.parametrize("text", DATA.values(), ids=DATA)
def test_a_first_row_of_data_looks_like_data(text: str) -> None:
    assert looks_like_data(*rows_of(text))


@pytest.mark.parametrize("text", NAMES.values(), ids=NAMES)
def test_a_first_row_of_names_does_not(text: str) -> None:
    assert not looks_like_data(*rows_of(text))


@pytest.mark.parametrize("columns", [None, ["a", "b", "c"], ["x", 2019, 2020], [2018, 2019, 2020]])
def test_what_pandas_writes_has_names(columns: list[object] | None) -> None:
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 3)), columns=columns)
    for index in (False, True):
        text = io.StringIO()
        frame.to_csv(text, index=index)
        assert not looks_like_data(*rows_of(text.getvalue()))
        text = io.StringIO()
        frame.to_csv(text, index=index, header=False)
        assert looks_like_data(*rows_of(text.getvalue()))
