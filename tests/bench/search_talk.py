"""Recordings of made-up talk for the benches of search, the same ones every time."""

import random
import re
from collections.abc import Iterator, Sequence

from archive.catalogue import Searchable, Timed
from archive.tables import Kind, Recording

PER_RECORDING = 500
CLAUSES = re.findall(
    r"\S+",
    """
先排除脐带脱垂 再看胎心基线 正常胎心基线是每分钟一百一十次 中等变异提示没有酸中毒 晚期减速提示胎盘功能不足
立即改变体位并吸氧 注意看这里是输尿管 分离膀胱腹膜反折 钳夹切断子宫动脉 用超声刀止血 重点识别子痫前期
要警惕胎儿贫血 建立二氧化碳气腹 压力维持在十三毫米汞柱 患者取头低脚高位 呼吸衰竭要看血气分析 尽快联系上级医院
""",
)
COMMON = (
    "的一是了我不在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生会那后能对着事其里所去行过"
    "家十用发天如然作方成者多日都三小军二无同么经法当起与好看学进种将还分此心前面又定见只主没公从"
)
SPECIALTIES = ("产科", "妇科", "普外科", "麻醉科", "呼吸科", "重症医学科", "骨科", "泌尿外科")
KINDS = tuple(Kind)


class Shelf:
    """What an index follows: clauses of medicine between common characters, in recordings of 500 sentences."""

    def __init__(self, segments: int) -> None:
        draw = random.Random(7)  # noqa: S311 - the same talk every time
        self.texts = [sentence(draw) for _ in range(segments)]

    def revisions(self) -> dict[str, int]:
        return {f"r{first // PER_RECORDING:06}": 1 for first in range(0, len(self.texts), PER_RECORDING)}

    def searchables(self, recording_ids: Sequence[str]) -> Iterator[Searchable]:
        for recording_id in recording_ids:
            number = int(recording_id[1:])
            said = self.texts[number * PER_RECORDING : (number + 1) * PER_RECORDING]
            recording = Recording(
                id=recording_id,
                title=f"第{number}讲 {CLAUSES[number % len(CLAUSES)]}",
                kind=KINDS[number % len(KINDS)],
                specialty=SPECIALTIES[number % len(SPECIALTIES)],
                procedure=CLAUSES[number * 7 % len(CLAUSES)][:4],
                speakers=[f"{COMMON[number % 90]}{COMMON[number * 7 % 97]}"],
                duration=number % 150 * 60.0,
                revision=1,
            )
            texts = [Timed(n * 3.0, n * 3.0 + 2.5, "segment", text, "zh") for n, text in enumerate(said)]
            yield Searchable(recording, texts, f"第{number % 40}人民医院")


def sentence(draw: random.Random) -> str:
    talk = "".join(draw.choices(COMMON, k=draw.randint(4, 12)))
    return f"{talk}，{draw.choice(CLAUSES)}{''.join(draw.choices(COMMON, k=draw.randint(0, 6)))}。"


def queries(texts: list[str], length: int) -> Iterator[str]:
    """Yield pieces of sentences without punctuation, for ever."""
    draw = random.Random(length)  # noqa: S311 - the same queries every time
    while True:
        text = draw.choice(texts)
        start = draw.randrange(len(text) - length)
        if "，" not in text[start : start + length] and "。" not in text[start : start + length]:
            yield text[start : start + length]
