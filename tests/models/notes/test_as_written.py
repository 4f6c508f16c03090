"""Sentences as doctors write them: sentence | concept | what is said of it, and of whom."""

import pytest

from models.notes import judge_concept

TABLE = """
No known allergies. | allergies | negated patient
The patient has never had a seizure. | seizure | negated patient
Lungs are clear without wheezes. | wheezes | negated patient
The patient is without chest pain at this time. | chest pain | negated patient
Patient is chest pain free. | chest pain | negated patient
afebrile, chest pain-free | chest pain | negated patient
She has not had any seizures. | seizures | negated patient
There is no longer any evidence of pneumonia. | pneumonia | negated patient
He is not diabetic. | diabetic | negated patient
X-ray did not show a fracture. | fracture | negated patient
The CT scan failed to reveal any hemorrhage. | hemorrhage | negated patient
Denied nausea, vomiting, diarrhea, constipation, melena, hematochezia, fevers, chills. | chills | negated patient
She denies having had headaches. | headaches | negated patient
No nausea or vomiting, but abdominal pain persists. | abdominal pain | affirmed patient
Positive for cough, negative for fever. | cough | affirmed patient
Positive for cough, negative for fever. | fever | negated patient
Positive for nausea; no vomiting. | nausea | affirmed patient
ROS otherwise negative for dysuria | dysuria | negated patient
Pertinent negatives include fever and rash. | rash | negated patient
The lesion is not malignant. | malignant | negated patient
Blood cultures were negative for bacteremia. | bacteremia | negated patient
Nor did he have chest pain. | chest pain | negated patient
Absent bowel sounds. | bowel sounds | negated patient
The patient has no chest pain, and his cough is improving. | cough | affirmed patient
patient was ruled out for myocardial infarction with serial enzymes | myocardial infarction | negated patient
Her headache has resolved. | headache | negated patient
No acute distress, alert and oriented. | alert | affirmed patient
nil pallor | pallor | negated patient
Fever absent | fever | negated patient
fever: absent, cough: present | cough | affirmed patient
fever: absent, cough: present | fever | negated patient
There was no mass, and no lymphadenopathy. | lymphadenopathy | negated patient
without any evidence of infection | infection | negated patient
He had no further chest pain. | chest pain | negated patient
No further episodes of syncope. | syncope | negated patient
unremarkable except for mild edema | edema | affirmed patient
Not in respiratory distress | respiratory distress | negated patient
She has no other complaints except headache | headache | affirmed patient
There is no fracture but dislocation is noted. | dislocation | affirmed patient
The patient refused surgery for hernia and has no pain | hernia | affirmed patient
The abdomen is soft, nontender, without guarding or rebound | guarding | negated patient
Patient does not smoke, has asthma. | asthma | affirmed patient
No history of hypertension, diabetes mellitus, or stroke. | stroke | negated patient
Pt with DM, no HTN, h/o CAD | HTN | negated patient
Pt with DM, no HTN, h/o CAD | CAD | historical patient
Patient with no known history of CAD presents with chest pain. | chest pain | affirmed patient
Patient with no known history of CAD presents with chest pain. | CAD | negated patient
Past medical history: hypertension, asthma. | asthma | historical patient
PMH: DM. Now c/o fever. | fever | affirmed patient
History of asthma in childhood | asthma | historical patient
Prior MI in 2004. | MI | historical patient
concern for sepsis | sepsis | possible patient
Pneumonia is suspected | pneumonia | possible patient
suspected appendicitis | appendicitis | possible patient
Impression: probable UTI | UTI | possible patient
?PE ?pneumonia | pneumonia | possible patient
might have malaria | malaria | possible patient
This could represent metastasis. | metastasis | possible patient
sister has epilepsy | epilepsy | affirmed other
His father had a heart attack at age 50. | heart attack | affirmed other
grandmother with breast cancer | breast cancer | affirmed other
Mother is diabetic. Patient has cough. | cough | affirmed patient
Father: HTN, DM | DM | affirmed other
FH: breast cancer (mother) | breast cancer | affirmed other
Son says patient has been confused | confused | affirmed patient
Accompanied by her husband, she has fever | fever | affirmed patient
Her husband reports that she has had fever | fever | affirmed patient
papa ko heart attack hua tha | heart attack | affirmed other
bhai ko dengue tha, mujhe bukhar hai | bukhar | affirmed patient
mujhe bukhar nahi hai par khansi hai | khansi | affirmed patient
mujhe bukhar nahi hai par khansi hai | bukhar | negated patient
bukhaar bilkul nahi | bukhaar | negated patient
ulti dast kuch nahi | dast | negated patient
na bukhar na khansi | khansi | negated patient
na bukhar hai na khansi | bukhar | negated patient
saans lene mein takleef nahi hoti | saans lene mein takleef | negated patient
pet dard kabhi nahi hua | pet dard | negated patient
do din se ulti, dast nahi | ulti | affirmed patient
do din se ulti, dast nahi | dast | negated patient
TB ka shak hai | TB | possible patient
shayad malaria hai | malaria | possible patient
pehle se sugar hai | sugar | affirmed patient
5 saal pehle TB hua tha | TB | historical patient
TB 5 saal pehle hua tha | TB | historical patient
chest pain nahi, breathlessness + | breathlessness | affirmed patient
c/o fever, cough; no h/o DM/HTN | HTN | negated patient
c/o fever w/o rash | fever | affirmed patient
K/C/O HTN, no DM | DM | negated patient
K/C/O HTN, no DM | HTN | affirmed patient
b/l crepts +, no wheeze | crepts | affirmed patient
P/A soft, no organomegaly | organomegaly | negated patient
S/O viral fever, R/O dengue | viral fever | possible patient
to rule out malaria | malaria | possible patient
malaria to be ruled out | malaria | possible patient
TB not ruled out | TB | possible patient
No e/o DVT | DVT | negated patient
No pedal edema, no JVD, no hepatomegaly, fever + | fever | affirmed patient
Infection possible, given the fever. | fever | affirmed patient
Possibility of infection given the fever. | infection | possible patient
mother had TB, fever x 3 days | fever | affirmed patient
Fever: no, cough: yes | cough | affirmed patient
Fever: no, cough: yes | fever | negated patient
fever absent, cough | cough | affirmed patient
Pallor nil, oedema feet | oedema | affirmed patient
Denies: fever, chills | chills | negated patient
No increased warmth of the knee. | warmth | negated patient
absent breath sounds | breath sounds | negated patient
Does not use alcohol. | alcohol | negated patient
Did not use the inhaler for asthma. | asthma | affirmed patient
Tolerated without complications, pain controlled. | pain | affirmed patient
without fever, chills, or cough | chills | negated patient
without fever, chills, or cough | cough | negated patient
Not on metformin. | metformin | negated patient
Chest pain, cough, and palpitations were all denied. | chest pain | negated patient
No complaints with the exception of headache. | headache | affirmed patient
No fever, only cough. | cough | affirmed patient
No fever, now has cough. | cough | affirmed patient
The pneumonia was treated and resolved. | pneumonia | negated patient
Denies chest pain for the last 2 days, cough | chest pain | negated patient
"""


@pytest.mark.parametrize("line", TABLE.strip().splitlines())
def test_as_written(line: str) -> None:
    sentence, concept, expected = (part.strip() for part in line.split(" | "))
    found = judge_concept(sentence, concept)
    assert f"{found.assertion.value} {found.experiencer.value}" == expected
